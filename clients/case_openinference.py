"""The cases under `openinference-instrumentation-openai`, which captures content by default."""

import cases
import cases_openai
from app_openinference import ROOT, instrument

if __name__ == "__main__":
    at = cases.options()
    traces = cases.traces_to(at.otlp)
    instrument(traces)
    played = cases.play(cases_openai.CASES, cases.under(traces, ROOT), at.provider)
    traces.shutdown()
    cases.tell(played, {})
