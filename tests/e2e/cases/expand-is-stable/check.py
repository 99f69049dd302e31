from outcome import equal, json_file


def ids(path):
    key = ("client", "url", "concurrency", "duration_s")
    return {tuple(run[k] for k in key): run["cell"] for run in json_file(path)["runs"]}


one, two = ids("one.json"), ids("two.json")
equal({cell: two[cell] for cell in one}, one, "ids of the cells that both have")
equal(len(set(two.values())), len(two), "different ids")
