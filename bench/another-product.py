#!/usr/bin/env python3
"""Plays faults of a product that `mayday sim` does not know, and asks Mayday what moved.

Usage: bench/another-product.py PATH-TO-MAYDAY [--seeds 1..3] [--fault NAME] [--explain]

Nothing here is shared with Mayday's own simulator: other agents, tools, dialect details, rates,
fleets, and ways to go wrong. A claims desk of two agents behind a router plays twelve hours, some
450 runs an hour, as OTLP in JSON; two to six harmless changes of code, prompts, parameters and tool
definitions fall where they fall, near the fault too. A seed gives the same play but for its start.

Right is what the table FAULTS says: the verdict, and what has to be named first. A tie with the
cause, silence, and a wrong name are counted apart. Everything listens on 127.0.0.1 and ends with this script.
"""

import argparse
import gzip
import hashlib
import json
import random
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

HOURS, PER_HOUR, BATCH = 12.0, 450, 250
NAMED, OLD_MODEL, NEW_MODEL = "moved", "claude-sonnet-4-5-20250929", "claude-sonnet-4-5-20260115"

# What goes wrong: the verdict that is right, and the factor (at a level, where it matters) to name.
FAULTS = {
    "alias": (NAMED, "model_served"),
    "alias-in-one-region": (NAMED, "model_served"),
    "judge": ("measurement", "judge:correctness"),
    "embedding": (NAMED, "embedding_query"),
    "context": (NAMED, "context"),
    "index": (NAMED, "index:docs"),
    "parameters": (NAMED, "parameters"),
    "prompt": (NAMED, "prompt:claims"),
    "prompt-in-3-percent": (NAMED, "prompt:claims"),
    "prompt-on-one-pod": (NAMED, "prompt:claims"),
    "tool-shape": (NAMED, "tool_shape:search_docs"),
    "tool-errors": (NAMED, "tool_shape:get_policy"),
    "tool-errors-on-one-pod": ("infrastructure", "replica"),
    "one-pod": ("infrastructure", "replica"),
    "large-customer": ("traffic_mix", "segment:tenant"),
    "nothing": ("unexplained", None),
    "drift": ("unexplained", None),
    "quiet": ("no_change", None),
}


class Claims:
    """The product, with one fault in it."""

    def __init__(self, fault, seed, start):
        self.fault, self.start = fault, start
        self.random = random.Random(f"{fault}-{seed}")
        draw = self.random
        self.onset = draw.uniform(6.5, 10.0)
        self.pods = [f"copilot-{draw.getrandbits(20):05x}-{i}" for i in range(draw.choice([5, 8, 14]))]
        self.bad_pod, self.bad_region = draw.choice(self.pods), draw.choice(["eu-central", "us-west"])
        self.tenants = [draw.uniform(0, 0.03) for _ in range(15)]
        self.base, self.adds = draw.uniform(0.02, 0.05), draw.uniform(0.10, 0.20)
        kinds = ["code", "writer", "parameters", "schema", "router"]
        self.changes = sorted(
            (draw.uniform(0.5, 11.5), draw.choice(kinds), draw.choice([0, 0, 0.3, 1.0]))
            for _ in range(draw.randint(2, 6))
        )

    def region(self, pod):
        return "eu-central" if self.pods.index(pod) % 2 else "us-west"

    def version(self, kind, hour, pod):
        """How often something was changed without harm, as far as that has reached a pod."""
        part = self.pods.index(pod) / len(self.pods)
        return sum(what == kind and hour >= at + lasts * part for at, what, lasts in self.changes)

    def harm(self, hour, pod, tools, retrieves):
        """What the fault does to a run: what it adds to its risk, and what shows of it."""
        fault, draw, adds = self.fault, self.random, self.adds
        on = hour >= self.onset
        here = on and pod == self.bad_pod
        part = self.pods.index(pod) / len(self.pods)
        reached = {
            "alias": hour >= self.onset + 0.8 * part,
            "alias-in-one-region": on and self.region(pod) == self.bad_region,
            "prompt-in-3-percent": on and draw.random() < 0.03,
            "prompt-on-one-pod": here,
            "one-pod": here,
            "drift": hour >= 4,
            "quiet": False,
        }.get(fault, on)
        if not reached:
            return 0.0, {}
        shows = {
            "alias": {"model": NEW_MODEL},
            "alias-in-one-region": {"model": NEW_MODEL},
            "judge": {"judge": "judge-2"},
            "embedding": {"embedding": "text-embedding-3-large"},
            "context": {"context": "last-8@4"},
            "index": {"index": "b-772"},
            "parameters": {"temperature": 1.0},
            "prompt": {"prompt": True},
            "prompt-in-3-percent": {"prompt": True},
            "prompt-on-one-pod": {"prompt": True},
            "tool-shape": {"shape": True},
        }.get(fault, {})
        risk = {
            "embedding": 1.5 * adds * retrieves,
            "index": 1.3 * adds * retrieves,
            "prompt-in-3-percent": 0.75,
            "prompt-on-one-pod": 0.6,
            "one-pod": 0.35,
            "tool-shape": 1.4 * adds * ("search_docs" in tools),
            "drift": adds * min(1, (hour - 4) / 6),
            "judge": 0.0,
            "tool-errors": 0.0,
            "tool-errors-on-one-pod": 0.0,
            "large-customer": 0.0,
        }.get(fault, adds)
        return risk, shows

    def results(self, tools, shows, hour, pod):
        """What the tools answer, and what their failing adds to the run's risk."""
        on, risk, results = hour >= self.onset, 0.0, {}
        for tool in tools:
            broken = {
                "tool-errors": 0.4 * (tool == "get_policy"),
                "tool-errors-on-one-pod": 0.7 * (pod == self.bad_pod),
            }.get(self.fault, 0) if on else 0
            failed = self.random.random() < (broken or 0.01)
            risk += 0.6 if failed and broken else 0.0
            number = self.random.randint(1, 99)
            answer = {
                "get_policy": {"policy": {"id": f"P{number}", "limits": [number * 1000]}},
                "search_docs": {"hits": [{"doc": {"id": "d1"}, "chunks": ["..."]}]}
                if shows.get("shape")
                else {"hits": [{"doc": f"d{number}", "text": "..."}]},
                "send_email": {"sent": True},
            }[tool]
            results[tool] = ({"error": "upstream timeout"} if failed else answer, failed)
        return results, risk

    def run(self, at, number):
        """One run, as OTLP."""
        draw, hour = self.random, (at - self.start) / 3600
        pod = draw.choice(self.pods)
        tenant = draw.choices(range(15), [1 / (place + 1) for place in range(15)])[0]
        large = self.fault == "large-customer" and hour >= self.onset and draw.random() < 0.35
        plan = draw.choices(["basic", "plus"], [0.7, 0.3])[0]
        retrieves = draw.random() < 0.6
        tools = ["get_policy"] + ["search_docs"] * retrieves + ["send_email"] * (draw.random() < 0.25)
        risk, shows = self.harm(hour, pod, tools, retrieves)
        results, more = self.results(tools, shows, hour, pod)
        risk += more + self.base + (1.5 * self.adds if large else self.tenants[tenant])
        bad = draw.random() < min(0.97, risk)
        version = lambda kind: self.version(kind, hour, pod)

        trace = Trace(draw, at)
        trace.chat("router", "Route the claim. v%d" % version("router"), f"claim {number}", "claims",
                   {"gen_ai.request.model": "claude-haiku",
                    "gen_ai.response.model": "claude-haiku-4-5-20251001"})
        if retrieves:
            model = shows.get("embedding", "text-embedding-3-small")
            trace.step("embeddings", 0.05, {"gen_ai.operation.name": "embeddings",
                                            "gen_ai.request.model": model,
                                            "gen_ai.response.model": model})
            trace.step("retrieval docs", 0.05, {
                "gen_ai.operation.name": "retrieval", "gen_ai.data_source.id": "docs",
                "mayday.index.build": shows.get("index", "b-771"),
                "mayday.index.embedding_model": "text-embedding-3-small"})
        manner = "Decide quickly." if shows.get("prompt") else "Ask whenever a document is missing."
        asked = {"gen_ai.request.model": "claude-sonnet",
                 "gen_ai.response.model": shows.get("model", OLD_MODEL),
                 "gen_ai.request.temperature": shows.get("temperature", 0.2),
                 "gen_ai.request.max_tokens": 800 + 10 * version("parameters")}
        offered = [{"type": "function", "name": name,
                    "description": f"Tool {name} r{version('schema')}",
                    "parameters": {"type": "object", "properties": {"q": {"type": "string"}}}}
                   for name in ("get_policy", "search_docs", "send_email")]
        trace.chat("claims", f"You handle insurance claims. {manner}", f"claim {number}", tools,
                   {**asked, "gen_ai.tool.definitions": json.dumps(offered)})
        for tool, (answer, failed) in results.items():
            trace.tool(tool, answer, failed)
        revision = "abcdefgh"[version("writer")]
        trace.chat("writer", f"You write to insured people. Revision {revision}.",
                   f"claim {number}", "answer", asked)
        outcome = self.outcome(trace, bad, shows)
        return trace.end({
            "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "claims",
            "mayday.feature": "claims-copilot", "mayday.outcome": outcome,
            "mayday.segment.tenant": "giant-ag" if large else f"t{tenant}",
            "mayday.segment.plan": plan, "gen_ai.conversation.id": f"conversation-{number}",
            "mayday.context.policy": shows.get("context", "last-20@3"),
        }, {"service.name": "claims", "service.version": f"2.{version('code')}.0",
            "service.instance.id": pod, "cloud.region": self.region(pod)})

    def outcome(self, trace, bad, shows):
        """What is said of a run: mostly by a judge, sometimes by the customer, else by nobody."""
        if self.random.random() < 0.7:
            strict = "judge" in shows and self.random.random() < self.adds
            fails = bad or strict
            config = hashlib.sha256(shows.get("judge", "judge-1").encode()).hexdigest()
            trace.step("evaluation correctness", 0.3, {
                "gen_ai.evaluation.name": "correctness", "mayday.judge.config": config,
                "gen_ai.evaluation.score.label": "fail" if fails else "pass"})
            return "bad" if fails else "good"
        return ("bad" if bad else "good") if self.random.random() < 0.5 else None


class Trace:
    """The spans of a run."""

    def __init__(self, draw, at):
        self.draw, self.started, self.clock = draw, at, at
        self.trace, self.root, self.spans = f"{draw.getrandbits(128):032x}", self.id(), []

    def id(self):
        return f"{self.draw.getrandbits(64) | 1:016x}"

    def span(self, name, span, started, attributes, parent=None, failed=False):
        made = {"traceId": self.trace, "spanId": span, "name": name, "kind": 1,
                "startTimeUnixNano": str(int(started * 1e9)),
                "endTimeUnixNano": str(int(self.clock * 1e9)),
                "attributes": values(attributes)}
        if parent:
            made["parentSpanId"] = parent
        if failed:
            made["status"] = {"code": 2}
        self.spans.append(made)

    def step(self, name, lasts, attributes, failed=False):
        started, self.clock = self.clock, self.clock + lasts
        self.span(name, self.id(), started, attributes, self.root, failed)

    def chat(self, agent, system, question, answer, attributes):
        calls = [{"type": "tool_call", "id": f"{self.trace[:8]}-{tool}", "name": tool,
                  "arguments": {"q": "claim"}} for tool in answer] if isinstance(answer, list) else []
        parts = calls or [{"type": "text", "content": answer}]
        finish = "tool_call" if calls else "stop"
        self.step(f"chat {attributes['gen_ai.request.model']}", 1.0, {
            "gen_ai.operation.name": "chat", "gen_ai.provider.name": "anthropic",
            "gen_ai.agent.name": agent, **attributes,
            "gen_ai.system_instructions": json.dumps([{"type": "text", "content": system}]),
            "gen_ai.input.messages": json.dumps(
                [{"role": "user", "parts": [{"type": "text", "content": question}]}]),
            "gen_ai.output.messages": json.dumps(
                [{"role": "assistant", "parts": parts, "finish_reason": finish}]),
            "gen_ai.usage.input_tokens": 900, "gen_ai.usage.output_tokens": 80})

    def tool(self, name, answer, failed):
        self.step(f"execute_tool {name}", 0.9 if failed else 0.1, {
            "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": name,
            "gen_ai.tool.call.id": f"{self.trace[:8]}-{name}",
            "gen_ai.tool.call.arguments": json.dumps({"q": "claim"}),
            "gen_ai.tool.call.result": json.dumps(answer),
            "mayday.effect": "irreversible" if name == "send_email" else "none",
            "error.type": "timeout" if failed else None}, failed)

    def end(self, attributes, resource):
        self.span("invoke_agent claims", self.root, self.started, attributes)
        return {"resource": {"attributes": values(resource)},
                "scopeSpans": [{"scope": {"name": "claims"}, "spans": self.spans}]}


def values(attributes):
    kinds = {int: "intValue", float: "doubleValue", str: "stringValue"}
    return [{"key": key, "value": {kinds[type(value)]: str(value) if type(value) is int else value}}
            for key, value in attributes.items() if value is not None]


def ask(mayday, fault, seed):
    """Plays a fault into a server on an empty directory, and returns its report."""
    with tempfile.TemporaryDirectory() as directory:
        http, otlp, grpc = free_ports(3)
        server = subprocess.Popen(
            [mayday, "serve", "--data-dir", f"{directory}/data", "--http", f"127.0.0.1:{http}",
             "--otlp", f"127.0.0.1:{otlp}", "--grpc", f"127.0.0.1:{grpc}",
             "--settle-after-root", "1s"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for(otlp)
            sent = play(Claims(fault, seed, time.time() - 60 - 3600 * HOURS), otlp)
            wait_until_settled(http, sent)
            answer = subprocess.run(
                [mayday, "moved", "--server", f"http://127.0.0.1:{http}",
                 "--feature", "claims-copilot", "--json"], capture_output=True, text=True)
            return json.loads(answer.stdout)
        finally:
            server.terminate()
            server.wait()


def play(product, port):
    """Sends twelve hours of the product; says how many runs that were."""
    at, number, batch = product.start, 0, []
    while at < product.start + 3600 * HOURS:
        batch.append(product.run(at, number))
        number += 1
        at += product.random.expovariate(PER_HOUR / 3600)
        if len(batch) == BATCH:
            send(batch, port)
            batch = []
    send(batch, port)
    return number


def send(batch, port):
    body = gzip.compress(json.dumps({"resourceSpans": batch}).encode(), 1)
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/v1/traces", body, headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        told = json.loads(answer.read() or b"{}").get("partialSuccess")
        if told:
            sys.exit(f"spans were refused: {told}")


def wait_until_settled(port, runs):
    """Waits until as many runs have settled as were sent."""
    for _ in range(600):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/features", timeout=60) as answer:
            features = json.loads(answer.read())
        if sum(feature["runs"] for feature in features) >= runs:
            return
        time.sleep(0.1)
    sys.exit("the runs did not settle within a minute")


def wait_for(port):
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    sys.exit("the server did not start within a minute")


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def judged(fault, report):
    """Whether an answer is right, tied (the cause among some that can't be told apart), silent or
    wrong."""
    verdict, factor = FAULTS[fault]
    movers = [mover["factor"] for mover in report["movers"]]
    if report["verdict"] == verdict and movers[:1] == ([factor] if factor else []):
        return "right"
    if report["verdict"] == "inseparable" and factor in movers:
        return "tied"
    return "wrong" if movers else "silent"


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("mayday", type=Path)
    arguments.add_argument("--seeds", default="1..3", help="FIRST..LAST, both played")
    arguments.add_argument("--fault", choices=FAULTS)
    arguments.add_argument("--explain", action="store_true", help="say what was answered")
    given = arguments.parse_args()
    first, last = map(int, given.seeds.split(".."))
    counts = {"right": 0, "tied": 0, "silent": 0, "wrong": 0}
    for fault in [given.fault] if given.fault else FAULTS:
        for seed in range(first, last + 1):
            report = ask(given.mayday, fault, seed)
            said = judged(fault, report)
            counts[said] += 1
            why = f": {report['verdict']}: {report['why']}" if given.explain or said != "right" else ""
            print(f"{fault} {seed} {said}{why}", flush=True)
    print(f"{sum(counts.values())} plays: " + ", ".join(f"{n} {what}" for what, n in counts.items()))


if __name__ == "__main__":
    main()
