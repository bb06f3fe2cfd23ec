// Draws a scene on a canvas: the only file that knows how. It decides nothing about what stands where.
import type { SKRSContext2D } from '@napi-rs/canvas';
import type { Palette } from '../../flame/draw/canvas/palette.js';
import { setFont } from '../../flame/draw/canvas/text-style.js';
import type { PathShape, Scene, Shape } from './scene.js';

export function paint(context: SKRSContext2D, scene: Scene, palette: Palette, scale: number): void {
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.fillStyle = palette.paper;
  context.fillRect(0, 0, scene.widthPx, scene.heightPx);
  for (const shape of scene.shapes) draw(context, shape, palette, scale);
}

function draw(context: SKRSContext2D, shape: Shape, palette: Palette, scale: number): void {
  const colour = palette[shape.ink];
  switch (shape.kind) {
    case 'text':
      setFont(context, shape.style);
      context.fillStyle = colour;
      context.textAlign = shape.align;
      context.fillText(shape.text, shape.x, shape.baselineY);
      return;
    case 'box': {
      context.fillStyle = colour;
      // Edges on whole pixels: a hairline between two of them would be two grey ones.
      const snap = (value: number): number => Math.round(value * scale) / scale;
      const x = snap(shape.x);
      const y = snap(shape.y);
      const onePx = 1 / scale;
      context.fillRect(x, y, Math.max(onePx, snap(shape.x + shape.width) - x), Math.max(onePx, snap(shape.y + shape.height) - y));
      return;
    }
    default:
      drawPath(context, shape, colour);
  }
}

function drawPath(context: SKRSContext2D, shape: PathShape, colour: string): void {
  context.beginPath();
  for (const [index, [x, y]] of shape.points.entries()) {
    if (index === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  }
  context.globalAlpha = shape.opacity ?? 1;
  if (shape.kind === 'fill') {
    context.fillStyle = colour;
    context.fill();
  } else {
    context.strokeStyle = colour;
    context.lineWidth = shape.widthPx ?? 1;
    context.lineJoin = 'round';
    context.setLineDash([...(shape.dashPx ?? [])]);
    context.stroke();
  }
  context.globalAlpha = 1;
}
