#!/usr/bin/env python3
"""The tables of docs/clients.md: which client honours what, as the worker contract found it.

    contract_table.py RESULTS.json… PAGE     put the tables of these results (worker_contract.py --results) into the page
    contract_table.py --check PAGE           do the page's tables name every client, and every check?
"""
import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
CLIENTS = HERE.parents[1] / "src/clients"

BEGIN, END = "<!-- contract: made by tests/contract/contract_table.py -->", "<!-- contract: end -->"

# The tables: a title, and the languages of its clients.
GROUPS = (("Python", ("python",)), ("Node and Go", ("node", "go")), ("C", ("c",)))

# What a reader asks, and the tests that answer. Each test of the contract is in one row.
CHECKS = (
    ("Keeps the protocol: ready, go, done, SIGTERM, unknown keys, errors", (
        "ready_says_who_it_is_and_its_clock_lies_between_our_readings", "nothing_is_sent_before_go",
        "the_end_of_input_before_go_is_a_quiet_exit", "a_job_that_makes_no_sense_is_answered_with_an_error",
        "unknown_keys_are_ignored", "sigterm_means_stop_now", "samples_arrive_while_the_run_lasts",
        "event_loops_record_their_ticks")),
    ("Latency ends at the last body byte", ("latency_ends_at_the_last_body_byte",)),
    ("Closed loop, ramp, stop and drain", (
        "no_request_starts_before_its_place_in_the_ramp", "a_task_has_one_request_in_flight",
        "what_is_in_flight_at_the_stop_may_end_until_the_drain",
        "what_has_not_ended_at_the_drain_is_unfinished", "max_requests_is_exact",
        "requests_are_cycled_through_in_order", "failures_do_not_stop_the_others")),
    ("Open loop, on time", (
        "the_open_loop_sends_when_requests_are_due", "a_stalled_task_delays_no_other",
        "lag_is_what_a_busy_client_makes_of_the_schedule", "what_was_due_and_not_started_is_unsent",
        "a_process_of_several_takes_only_its_share_of_the_schedule")),
    ("Keeps its connections", ("a_closed_loop_keeps_its_connections",
                               "a_connection_the_server_closed_is_replaced")),
    ("A new connection for each request, when told", (
        "without_keepalive_each_request_has_a_new_connection",)),
    ("All methods, with and without body, exact headers", (
        "all_methods_are_sent_without_a_body", "all_methods_are_sent_with_a_body",
        "compression_is_asked_for_by_the_given_header_alone")),
    ("1 MB and 100 MB up and down", (
        "a_large_body_arrives_whole", "a_megabyte_goes_up_and_down", "a_hundred_megabytes_go_up_and_down")),
    ("Every status and framing", (
        "every_status_is_a_complete_response", "bodies_are_counted_however_they_are_framed")),
    ("Passes over interim responses", ("interim_responses_are_passed_over",)),
    ("Follows no redirects", ("redirects_are_not_followed",)),
    ("Streams, with the time to the first byte", ("a_streamed_body_has_a_time_to_its_first_byte",)),
    ("Tells failures apart", (
        "failures_have_their_class", "a_refused_connection_is_connect",
        "a_name_that_does_not_resolve_is_dns", "tls_trust_is_refused_or_checked")),
    ("A request that takes too long is a timeout", ("a_request_that_takes_too_long_is_a_timeout",)),
    ("Trusts a private authority, and no other", (
        "a_private_authority_is_trusted_when_given", "an_unknown_authority_is_tls",
        "a_certificate_for_another_name_is_tls")),
    ("Verification can be turned off", ("verification_can_be_turned_off",)),
    ("Shows a client certificate", ("a_client_certificate_is_shown",)),
    ("HTTP/1.1 where the server offers more", ("http_1_1_is_spoken_to_a_server_that_offers_more",)),
    ("HTTP/2 when asked for", ("http_2_is_spoken_when_asked_for", "a_fallback_to_http_1_1_is_no_success")),
    ("Profile `stock`", ("the_library_works_as_it_comes_out_of_the_box",)),
)

# What the check `failures` covers is still honoured where a library cannot tell two failures apart, and said.
TELLS_APART = "Tells failures apart"
THREADS_HAVE_NO_LOOP = "threads have no loop"


class Notes:
    """Reasons, numbered in the order in which they come up."""

    def __init__(self):
        self.texts = []

    def mark(self, text):
        if text not in self.texts:
            self.texts.append(text)
        return f"[{self.texts.index(text) + 1}](#note-{self.texts.index(text) + 1})"


def load(paths):
    return [json.loads(pathlib.Path(path).read_text(encoding="utf-8")) for path in paths]


def columns(results):
    """A column for each client and mode."""
    for result in results:
        for mode, tests in result["modes"].items():
            name = result["client"] if len(result["modes"]) == 1 else f"{result['client']}/{mode}"
            yield name, result, tests


def cell(label, names, result, tests, notes):
    outcomes = [tests[f"test_{name}"] for name in names]
    if any(outcome["result"] == "failed" for outcome in outcomes):
        return "**failed**"
    reasons = [outcome["why"] for outcome in outcomes
               if outcome["result"] == "not honoured" and outcome["why"] != THREADS_HAVE_NO_LOOP]
    if reasons:
        return f"no {notes.mark(reasons[0])}"
    if label == TELLS_APART and result["also"]:
        pairs = (f"{failure} may be {' or '.join(outcomes)}" for failure, outcomes in result["also"].items())
        return f"partly {notes.mark(result['client'] + ': ' + ', '.join(pairs))}"
    return "yes"


def table(results, notes):
    """The lines of one table: a column for each client and mode, a row for each check."""
    shown = list(columns(results))
    lines = ["| | " + " | ".join(f"`{name}`" for name, _, _ in shown) + " |", "|---|" + ":-:|" * len(shown)]
    lines.append("| version tested | " + " | ".join(result["version"] for _, result, _ in shown) + " |")
    for label, names in CHECKS:
        cells = (cell(label, names, result, tests, notes) for _, result, tests in shown)
        lines.append(f"| {label} | " + " | ".join(cells) + " |")
    return lines


def inside_of(results):
    """A table for the clients of each language, then the notes that they share."""
    notes, lines = Notes(), []
    for title, languages in GROUPS:
        names = registered(languages)
        group = sorted((result for result in results if result["client"] in names),
                       key=lambda result: names.index(result["client"]))
        lines += [f"**{title}**", "", *table(group, notes), ""]
    lines += [*(f'{i}. <a id="note-{i}"></a>{text}' for i, text in enumerate(notes.texts, 1))]
    lines += ["", "What each says of itself (`cannot_honour`), beside the result of every run:", ""]
    for result in sorted(results, key=lambda result: result["client"]):
        told = "; ".join(f"`{what}` {why}" for what, why in sorted(result.get("cannot_honour", {}).items()))
        lines.append(f"- **{result['client']}**: {told or 'nothing'}")
    return "\n".join(lines)


def split(page):
    text = pathlib.Path(page).read_text(encoding="utf-8")
    before, rest = text.split(BEGIN, 1)
    inside, after = rest.split(END, 1)
    return before, inside, after


def regenerate(paths, page):
    before, _, after = split(page)
    pathlib.Path(page).write_text(f"{before}{BEGIN}\n\n{inside_of(load(paths))}\n\n{END}{after}", encoding="utf-8")


def key_of(text, key):
    found = re.search(rf"^{key}: (.*)$", text, re.MULTILINE)
    return found[1] if found else None


def registered(languages):
    """The registered clients of these languages that send something."""
    files = {file.stem: file.read_text(encoding="utf-8") for file in sorted(CLIENTS.glob("*.yaml"))}
    return [name for name, text in files.items()
            if key_of(text, "language") in languages and key_of(text, "sends_nothing") != "true"]


def check(page):
    """The mistakes of the page, and of CHECKS."""
    _, inside, _ = split(page)
    heads = [line for line in inside.splitlines() if line.startswith("| | ")]
    named = set(re.findall(r"`(\w+)(?:/\w+)?` \|", "".join(heads)))
    mistakes = [f"the tables lack {name}" for _, languages in GROUPS for name in registered(languages) if name not in named]
    mistakes += [f"a table lacks the check: {label}" for label, _ in CHECKS
                 if inside.count(f"\n| {label} |") != len(GROUPS)]
    tests = re.findall(r"def test_(\w+)", (HERE / "worker_contract.py").read_text(encoding="utf-8"))
    listed = [name for _, names in CHECKS for name in names]
    mistakes += [f"in no check: {name}" for name in tests if name not in listed]
    mistakes += [f"no such test: {name}" for name in listed if name not in tests]
    mistakes += ["a check failed when the table was made"] if "**failed**" in inside else []
    return mistakes


def main():
    *first, page = sys.argv[1:]
    if first != ["--check"]:
        regenerate(first, page)
    mistakes = check(page)
    print("\n".join(mistakes) or f"{page} names every client and check")
    sys.exit(bool(mistakes))


if __name__ == "__main__":
    main()
