// The evaluation of the snapshot's admission: what it counts as a kill or as too careful, and three situations for real.
import test from 'ava';
import { drawReal, drawSimulated } from '../../eval/admission/draw-situations.js';
import { fits } from '../../eval/admission/judge.js';
import { missingMemoryGroup } from '../../eval/admission/memory-group.js';
import { admissionText, faultsOf } from '../../eval/admission/print-admission.js';
import { runReal } from '../../eval/admission/real-situation.js';
import { runSimulated } from '../../eval/admission/simulated-situation.js';
import type { Judged, Situation } from '../../eval/admission/situation.js';
import { testUnless } from '../support/needs.js';
import { seeded } from '../support/random.js';

const MIB = 1024 * 1024;
const SITUATION: Situation = { shape: 'objects', heapMib: 10, leftMib: 100, diskMib: null, isDiskMemory: false, seed: 1 };

test('should fit by what a snapshot really takes, its file included where the disk is memory, when a situation is judged', (t) => {
  const measured = { spikeBytes: 80 * MIB, fileBytes: 20 * MIB };
  t.true(fits(SITUATION, measured));
  t.false(fits({ ...SITUATION, leftMib: 79 }, measured));
  t.true(fits({ ...SITUATION, diskMib: 20, isDiskMemory: true }, measured));
  t.false(fits({ ...SITUATION, leftMib: 99, diskMib: 20, isDiskMemory: true }, measured));
  t.false(fits({ ...SITUATION, diskMib: 19 }, measured));
  t.is(fits(SITUATION, null), null);
});

test('should count kills and files of no bytes as faults, and tell them, when something went wrong', (t) => {
  const judged: Judged = {
    situation: SITUATION,
    isReal: true,
    outcome: 'taken',
    isRefusalRight: null,
    emptyFiles: 0,
    halfFiles: 0,
    reason: '',
    measured: null,
    tookMs: 1,
  };
  const all: Judged[] = [judged, { ...judged, outcome: 'killed', reason: 'ended with SIGKILL' }, { ...judged, emptyFiles: 2 }];
  t.is(faultsOf(all), 3);
  const machine = { cpu: 'x', cores: 2, arch: 'x64', platform: 'linux', node: '', date: 'today', load: 0, warning: '' };
  const text = admissionText(machine, 'v20.0.0', all, '');
  t.regex(text, /^ {2}real +3 +1 +2 +0 +2 +0 +0 +0 +0 +0 +0$/m);
  t.regex(text, /^ {2}real, objects, 10 MiB with 100 MiB left: killed ended with SIGKILL$/m);
});

test('should kill nothing and leave no empty file when a thousand situations are simulated', (t) => {
  const random = seeded(7);
  const judged = drawSimulated(1000, random).map((situation) => runSimulated(situation, random));
  t.is(faultsOf(judged), 0);
  const count = (outcome: string): number => judged.filter((one) => one.outcome === outcome).length;
  t.true(count('taken') > 100 && count('refused') > 100, `${count('taken')} taken, ${count('refused')} refused`);
});

testUnless(await missingMemoryGroup())(
  'should end no process and leave whole files alone when snapshots are asked for below a real limit',
  async (t) => {
    const [little, , much] = drawReal(3, seeded(1), false);
    const outcomes = [
      await runReal({ ...little, heapMib: 10, leftMib: 60 }, process.execPath),
      await runReal({ ...little, shape: 'pointers', heapMib: 10, leftMib: 500 }, process.execPath),
      await runReal({ ...much, shape: 'strings', heapMib: 10, leftMib: 2000 }, process.execPath),
    ];
    t.deepEqual(
      outcomes.map(({ outcome, emptyFiles, halfFiles }) => ({ outcome, emptyFiles, halfFiles })),
      ['refused', 'refused', 'taken'].map((outcome) => ({ outcome, emptyFiles: 0, halfFiles: 0 })),
      outcomes.map(({ reason }) => reason).join('\n'),
    );
    t.true(outcomes.every(({ measured }) => measured !== null && measured.spikeBytes > 0 && measured.spikeBytes < measured.predictedBytes));
  },
);
