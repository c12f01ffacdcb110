import { context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AlwaysOffSampler, AlwaysOnSampler } from '@opentelemetry/sdk-trace-base';
import * as published from '@opentelemetry/semantic-conventions/incubating';
import { afterEach, describe, expect, it } from 'vitest';
import { MOST_LINKS } from '../../shared/control/trace-attempt.ts';
import { makeTracing } from '../../shared/edge/tracing.ts';
import { ATTR, CONVENTIONS, OWN, VALUE } from '../../shared/json/conventions.ts';
import { NO_SPAN, type SpanStart } from '../../shared/json/span.ts';
import { beginRoutes, NATIVE, native } from '../support/accept-routes.ts';
import { message, startControlRoom } from '../support/control-room.ts';
import { JSON_TYPE } from '../support/http-events.ts';
import { replied } from '../support/replies.ts';
import { parentOf, startSdk, stopSdk } from '../support/spans.ts';

const version = '1.2.3';
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CALLER = 'b7ad6b7169203331';
const of = (flags: string) => `00-${TRACE}-${CALLER}-${flags}`;

afterEach(stopSdk);

/** A request, the batch that it leads to, and its results, as three functions would see them. */
const goThrough = async (headers: object) => {
  const { startSpan, traced } = makeTracing({ version });
  const { post, sent } = beginRoutes({ startSpan });
  expect((await post(NATIVE, native, { headers: { ...JSON_TYPE, ...headers } })).status).toBe(202);
  const { run, results } = startControlRoom({ startSpan });
  const batch = sent.map((text, i) => message(`m${i}`, text));
  const process: SpanStart = { name: 'process', kind: 'consumer', attributes: {} };
  await traced(run, () => process)(batch);
  return { results, bodies: sent.map((text) => JSON.parse(text)) };
};

describe('a trace goes from an HTTP request over the call to the result', () => {
  it('the request’s span is the caller’s child, the call’s span links it, and the result names it', async () => {
    const { spans } = startSdk();
    const { results } = await goThrough({ traceparent: of('01'), tracestate: 'rojo=1' });
    const [send, call, process] = spans();
    if (send === undefined || call === undefined || process === undefined) throw new Error('no');
    expect([send.kind, call.kind, process.kind]).toEqual([
      SpanKind.PRODUCER,
      SpanKind.CLIENT,
      SpanKind.CONSUMER,
    ]);
    expect(send.parentSpanContext).toMatchObject({ traceId: TRACE, spanId: CALLER });
    expect(send.spanContext().traceId).toBe(TRACE);
    expect(call.parentSpanContext?.spanId).toBe(process.spanContext().spanId);
    expect(call.links.map((link) => link.context)).toMatchObject([
      { traceId: TRACE, spanId: send.spanContext().spanId, traceFlags: 1 },
    ]);
    expect(call.links[0]?.context.traceState?.serialize()).toBe('rojo=1');
    expect(results).toMatchObject([{ traceparent: parentOf(send), tracestate: 'rojo=1' }]);
    expect(send.instrumentationScope).toEqual({
      name: 'job-fanin',
      version,
      schemaUrl: `https://opentelemetry.io/schemas/${CONVENTIONS}`,
    });
  });

  it('their attributes are those of the conventions, and ours', async () => {
    const { spans } = startSdk();
    const { results } = await goThrough({ 'x-correlation-id': 'nightly' });
    const [send, call] = spans();
    expect(send?.name).toBe('send intents');
    expect(send?.attributes).toEqual({
      'messaging.system.name': 'aws.sqs',
      'messaging.operation.type': 'send',
      'messaging.destination.name': 'intents',
      'messaging.message.conversation_id': 'nightly',
      'job_fanin.intent.id': results[0]?.intent_id,
      'job_fanin.operation': 'dli.run',
      'job_fanin.project.id': native.project_id,
      'job_fanin.jobs': 1,
    });
    expect(call?.name).toBe('POST /v1.0/{project_id}/streaming/jobs/run');
    expect(call?.attributes).toEqual({
      'http.request.method': 'POST',
      'http.response.status_code': 200,
      'url.template': '/v1.0/{project_id}/streaming/jobs/run',
      'server.service.name': 'dli',
      'job_fanin.call.id': results[0]?.call?.id,
      'job_fanin.operation': 'dli.run',
      'job_fanin.project.id': native.project_id,
      'job_fanin.jobs': 1,
      'job_fanin.attempts': 1,
      'job_fanin.intents': 1,
      'job_fanin.links_left_out': 0,
      'job_fanin.delivered': 1,
      'job_fanin.rejected': 0,
      'job_fanin.unanswered': 0,
    });
  });

  it.each([
    ['01', undefined, '01'],
    ['00', undefined, '00'],
    ['03', undefined, '03'],
    ['02', undefined, '02'],
    ['01', new AlwaysOffSampler(), '01'],
    ['00', new AlwaysOnSampler(), '01'],
  ])('the flags %s stay, whatever the SDK samples', async (flags, sampler, kept) => {
    const { spans } = startSdk(sampler);
    const { results } = await goThrough({ traceparent: of(flags) });
    const given = results[0]?.traceparent ?? '';
    expect(given.slice(0, 35)).toBe(of('').slice(0, 35));
    expect(given.slice(-2)).toBe(kept);
    const isRecorded = spans().some(({ kind }) => kind === SpanKind.PRODUCER);
    expect(given === of(flags)).toBe(!isRecorded);
  });

  it('without a caller’s trace, a recorded request begins one; without an SDK there is none', async () => {
    const { spans } = startSdk();
    const recorded = await goThrough({});
    const [send] = spans();
    expect(recorded.results[0]?.traceparent).toBe(send && parentOf(send));
    stopSdk();
    expect((await goThrough({})).bodies[0]).not.toHaveProperty('traceparent');
    expect((await goThrough({ traceparent: of('01') })).results).toMatchObject([
      { traceparent: of('01') },
    ]);
    expect(spans()).toHaveLength(3);
  });

  it('a span around it of the same trace is its parent, one of another trace is not', async () => {
    const { spans, provider } = startSdk();
    const { startSpan } = makeTracing({ version });
    const start = (parent: string) => () => ({
      name: 'send',
      kind: 'producer' as const,
      attributes: {},
      parent: { traceparent: parent },
    });
    const around = provider.getTracer('layer').startSpan('invocation', {}, ROOT_CONTEXT);
    context.with(trace.setSpan(ROOT_CONTEXT, around), () => {
      startSpan(start(of('01'))).end();
      startSpan(start(`00-${around.spanContext().traceId}-${CALLER}-01`)).end();
    });
    expect(spans().map(({ parentSpanContext }) => parentSpanContext?.spanId)).toEqual([
      CALLER,
      around.spanContext().spanId,
    ]);
  });
});

describe('a call of many intents', () => {
  it('links each trace once, and counts those that a span has no place for', async () => {
    const { spans } = startSdk();
    const { startSpan } = makeTracing({ version });
    const { run } = startControlRoom({ startSpan, maxJobsPerCall: 1_000 });
    const wishOf = (trace: number, age: number) => ({
      age,
      jobs: [String(age)],
      traceparent: `00-${'a'.repeat(28)}${String(trace).padStart(4, '0')}-${CALLER}-01`,
    });
    const wishes = Array.from({ length: MOST_LINKS + 10 }, (_, i) => wishOf(i, i + 1));
    await run([...wishes, wishOf(0, 999)].map((wish, i) => message(`m${i}`, wish)));
    const [call] = spans();
    expect(call?.links).toHaveLength(MOST_LINKS);
    expect(call?.attributes).toMatchObject({
      [OWN.intents]: MOST_LINKS + 11,
      [OWN.linksLeftOut]: 10,
    });
  });

  it('a refused one is an error of its status, a silent one has none', async () => {
    const { spans } = startSdk();
    const { startSpan } = makeTracing({ version });
    const silent = { kind: 'silent', reason: 'no reply' } as const;
    for (const reply of [replied(500, {}), silent]) {
      const { run } = startControlRoom({ startSpan, reply: () => reply });
      await run([message('m', { age: 1 })]);
    }
    expect(spans().map(({ status, attributes }) => [status.code, attributes[ATTR.error]])).toEqual([
      [SpanStatusCode.ERROR, '500'],
      [SpanStatusCode.ERROR, 'silent'],
    ]);
  });

  it('what was held back is no span', async () => {
    const { spans } = startSdk();
    const { startSpan } = makeTracing({ version });
    const { run } = startControlRoom({ startSpan, remainingMs: () => 0 });
    await run([message('m', { age: 1 })]);
    expect(spans()).toEqual([]);
  });
});

describe('an invocation', () => {
  const process: SpanStart = { name: 'process', kind: 'consumer', attributes: {} };

  it('that fails ends its span with the class of its error', async () => {
    const { spans } = startSdk();
    const { traced } = makeTracing({ version });
    const fails = traced(
      async () => {
        throw new TypeError('secret words');
      },
      () => process,
    );
    await expect(fails('event')).rejects.toThrow('secret words');
    expect(spans()[0]?.attributes).toEqual({ [ATTR.error]: 'TypeError' });
    expect(JSON.stringify(spans()[0]?.events)).not.toContain('secret');
  });

  it('flushes its spans at its end, and goes on if that fails or hangs', async () => {
    const { provider } = startSdk();
    const { traced } = makeTracing({ version });
    let flushed = 0;
    const ends: readonly (() => Promise<void>)[] = [
      async () => undefined,
      () => Promise.reject(new Error('no collector')),
      () => new Promise(() => undefined),
    ];
    for (const end of ends) {
      provider.forceFlush = () => {
        flushed += 1;
        return end();
      };
      expect(await traced(async (event: string) => event)('done')).toBe('done');
    }
    expect(flushed).toBe(3);
  });

  it('without an SDK is the handler, and a span is never described', async () => {
    const { startSpan, traced } = makeTracing({ version });
    const never = () => {
      throw new Error('described');
    };
    expect(startSpan(never)).toBe(NO_SPAN);
    expect(await traced(async (event: string) => event, never)('done')).toBe('done');
  });
});

describe('names', () => {
  it('are those of the pinned release of the conventions', async () => {
    const names: ReadonlySet<unknown> = new Set(Object.values(published));
    for (const name of [...Object.values(ATTR), ...Object.values(VALUE)])
      expect([name, names.has(name)]).toEqual([name, true]);
    const { default: packageInfo } = await import('../../package.json', { with: { type: 'json' } });
    expect(packageInfo.devDependencies['@opentelemetry/semantic-conventions']).toBe(CONVENTIONS);
  });

  it('of our own stand under one prefix', () => {
    for (const name of Object.values(OWN)) expect(name).toMatch(/^job_fanin\.[a-z_.]+$/);
  });
});
