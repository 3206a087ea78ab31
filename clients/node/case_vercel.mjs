// The cases on the Vercel AI SDK, told in OpenTelemetry's names or, with --legacy, in its own.

import { parseArgs } from "node:util";

import { createOpenAI } from "@ai-sdk/openai";
import { LegacyOpenTelemetry, OpenTelemetry } from "@ai-sdk/otel";
import { trace } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { embedMany, generateText, registerTelemetry, stepCountIs, streamText, tool } from "ai";
import { z } from "zod";

const { values: at } = parseArgs({
  options: {
    provider: { type: "string" },
    otlp: { type: "string" },
    legacy: { type: "boolean", default: false },
  },
});

const MODEL = "gpt-4o-mini";
const EMBEDDING_MODEL = "text-embedding-3-small";
const PROMPT =
  "You are the support agent of a shop — friendly, brief, and exact. Sign as “Zoë”.";
const QUESTION = 'Can I return "worn" shoes?\n\nThey\'re 2 sizes too big \u{1f45f}';
const PARAMETERS = { temperature: 0.2, topP: 0.9, maxOutputTokens: 200, seed: 7 };

/** The provider, at an address below the mock's own. */
function reached(below = "") {
  return createOpenAI({ baseURL: `${at.provider}${below}/v1`, apiKey: "none" });
}

/** A request that is tried once. */
function request(below) {
  return {
    model: reached(below).chat(MODEL),
    system: PROMPT,
    prompt: QUESTION,
    maxRetries: 0,
    experimental_telemetry: { isEnabled: true, functionId: "support-agent" },
  };
}

/** A question and its answer. */
async function chat() {
  const { finishReason } = await generateText({ ...request(), ...PARAMETERS });
  must(finishReason === "stop");
}

/** The model asks for a tool, the tool answers, the model answers. */
async function tools() {
  const search_kb = tool({
    description: "Finds articles of the knowledge base.",
    inputSchema: z.object({ query: z.string(), top_k: z.number().int().optional() }),
    execute: async () => ({ results: [{ id: 12, title: "Returns & refunds №12" }] }),
  });
  const two = { tools: { search_kb }, stopWhen: stepCountIs(2) };
  const { finishReason } = await generateText({ ...request(), ...two });
  must(finishReason === "stop");
}

/** An answer in pieces, read to its end. */
async function streaming() {
  const answer = streamText({ ...request(), ...PARAMETERS });
  for await (const piece of answer.textStream) must(piece !== "");
  must((await answer.finishReason) === "stop");
}

/** An answer in pieces, abandoned half-way. */
async function cancelled() {
  const abort = new AbortController();
  const answer = streamText({ ...request(), ...PARAMETERS, abortSignal: abort.signal });
  for await (const piece of answer.textStream) {
    must(piece !== "");
    abort.abort();
  }
}

/** The provider has had enough. */
async function error() {
  const failed = await generateText(request("/failing")).catch((reason) => reason);
  must(failed.statusCode === 429);
}

/** Vectors of two texts. */
async function embeddings() {
  const { experimental_telemetry, maxRetries } = request();
  const { embeddings } = await embedMany({
    model: reached().embedding(EMBEDDING_MODEL),
    values: [QUESTION, PROMPT],
    providerOptions: { openai: { dimensions: 3 } },
    experimental_telemetry,
    maxRetries,
  });
  must(embeddings.length === 2);
}

/** Fails unless something holds. */
function must(holds) {
  if (!holds) throw new Error("the mock did not answer as it should");
}

/** Plays the cases one after the other, each under a span of its own; gives the traces. */
async function play(cases) {
  const tracer = trace.getTracer("support");
  const played = {};
  for (const [name, play] of Object.entries(cases)) {
    await tracer.startActiveSpan(`golden ${name}`, async (span) => {
      await play();
      span.end();
      played[name] = { trace: span.spanContext().traceId };
    });
  }
  return played;
}

process.env.OTEL_SERVICE_NAME = "support";
process.env.OTEL_RESOURCE_ATTRIBUTES = "service.version=1.4.2";
process.env.OTEL_METRICS_EXPORTER = "none";
process.env.OTEL_LOGS_EXPORTER = "none";
const sdk = new NodeSDK({
  traceExporter: new OTLPTraceExporter({ url: `${at.otlp}/v1/traces` }),
});
sdk.start();
registerTelemetry(at.legacy ? new LegacyOpenTelemetry() : new OpenTelemetry());
const played = await play({ chat, tools, streaming, error, cancelled, embeddings });
await sdk.shutdown();
console.log(JSON.stringify(played));
