// What an application preloads to have OTel metrics and spans in process: the peer of pitot's preload, without exporters or instrumentations.
import { metrics, trace } from '@opentelemetry/api';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';

metrics.setGlobalMeterProvider(new MeterProvider());
trace.setGlobalTracerProvider(new BasicTracerProvider());
