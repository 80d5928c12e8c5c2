"""Tekton: a PipelineRun of a Pipeline of Tasks; when, runAfter, onError, finally, workspaces."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Mapping

from machine import IMAGE, NotUnderstood, Outcome, System, known


def fill(value: Any, names: Mapping[str, str]) -> Any:
    """A part of a resource with its variables replaced; one that names nothing is an error."""
    if isinstance(value, str):
        def replaced(found: re.Match[str]) -> str:
            if found[1] not in names:
                raise NotUnderstood(f"there is no $({found[1]})")
            return names[found[1]]

        return re.sub(r"\$\(((?:params|context|workspaces|results|tasks)\.[\w.-]+)\)", replaced, value)
    if isinstance(value, dict):
        return {key: fill(one, names) for key, one in value.items()}
    if isinstance(value, list):
        return [fill(one, names) for one in value]
    return value


class Tekton(System):
    def start(self, parameters: Mapping[str, str]) -> Outcome:
        self.run_file = self.read("tekton/pipelinerun.yaml")
        self.pipeline = self.read("tekton/pipeline.yaml")
        self.task = self.read("tekton/task.yaml")
        self.given = {name.lower().replace("_", "-"): value for name, value in parameters.items()}
        self.given["image"] = IMAGE
        self.runs = 0
        self.state: dict[str, str] = {}
        return self.create("")

    def again(self) -> Outcome:
        """Another PipelineRun, which goes on with the first one."""
        return self.create("astra-postmortem-1")

    def create(self, run_id: str) -> Outcome:
        self.runs += 1
        spec = self.run_file["spec"]
        known(spec, "pipelineRef", "taskRunTemplate", "timeouts", "params", "workspaces")
        if spec["pipelineRef"]["name"] != self.pipeline["metadata"]["name"]:
            raise NotUnderstood("another Pipeline")
        given = {one["name"]: one["value"] for one in spec["params"]} | self.given | {"run-id": run_id}
        values = self.values(self.pipeline["spec"]["params"], given)
        names = {f"params.{name}": value for name, value in values.items()}
        names["context.pipelineRun.name"] = f"{self.run_file['metadata']['generateName']}{self.runs}"
        credentials = self.folder / "credentials"
        credentials.mkdir(exist_ok=True)
        for secret in self.world.secrets:
            (credentials / secret).write_text(self.world.secrets[secret])
        (credentials / "ca.pem").write_text(self.world.authority.read_text())
        volume = self.folder / "volume"
        volume.mkdir(exist_ok=True)
        self.mounts = {"runs": volume, "credentials": credentials}
        if {one["name"] for one in spec["workspaces"]} != set(self.mounts):
            raise NotUnderstood("the workspaces")
        known(self.pipeline["spec"], "params", "workspaces", "tasks", "finally")
        self.state = {}
        is_stopped = False
        for one in self.pipeline["spec"]["tasks"]:
            known(one, "name", "taskRef", "runAfter", "when", "onError", "timeout", "workspaces", "params")
            name = one["name"]
            if any(earlier not in self.state for earlier in one.get("runAfter", [])):
                raise NotUnderstood(f"{name} runs after what comes later")
            # What a condition skips stops nobody who runs after it.
            if is_stopped or not all(self.holds(fill(when, names)) for when in one.get("when", [])):
                self.state[name] = "skipped"
                continue
            if one["taskRef"]["name"] != self.task["metadata"]["name"]:
                raise NotUnderstood("another Task")
            code = self.task_run(name, self.task["spec"], one, names)
            self.state[name] = "green" if code == 0 else "red"
            is_stopped = code != 0 and one.get("onError") != "continue"
        shown = dict(self.state)
        words = {"green": "Succeeded", "red": "Failed", "skipped": "None"}
        last = {**names, **{f"tasks.{name}.status": words[state] for name, state in self.state.items()}}
        is_red = is_stopped
        for one in self.pipeline["spec"]["finally"]:
            known(one, "name", "workspaces", "params", "taskSpec")
            is_red = self.task_run(one["name"], one["taskSpec"], one, last) != 0 or is_red
        return self.outcome(shown, "red" if is_red else "green")

    @staticmethod
    def holds(when: Mapping[str, Any]) -> bool:
        known(when, "input", "operator", "values")
        return bool((when["input"] in when["values"]) == {"in": True, "notin": False}[when["operator"]])

    @staticmethod
    def values(declared: list[dict[str, str]], given: Mapping[str, str]) -> dict[str, str]:
        names = {one["name"] for one in declared}
        if set(given) - names:
            raise NotUnderstood(f"there is no parameter {sorted(set(given) - names)}")
        missing = [one["name"] for one in declared if "default" not in one and one["name"] not in given]
        if missing:
            raise NotUnderstood(f"{missing} are required")
        return {one["name"]: given.get(one["name"], one.get("default", "")) for one in declared}

    def task_run(self, name: str, spec: Mapping[str, Any], used: Mapping[str, Any], names: Mapping[str, str]) -> int:
        known(spec, "params", "workspaces", "results", "steps")
        values = self.values(spec["params"], {one["name"]: fill(one["value"], names) for one in used["params"]})
        inside = {f"params.{key}": value for key, value in values.items()}
        bound = {one["name"] for one in used["workspaces"]}
        for workspace in spec["workspaces"]:
            if workspace["name"] not in bound:
                raise NotUnderstood(f"{name} lacks the workspace {workspace['name']}")
            inside[f"workspaces.{workspace['name']}.path"] = str(self.mounts[workspace["name"]])
        (step,) = spec["steps"]
        known(step, "name", "image", "env", "script")
        script = step["script"]
        if re.search(r"\$\((params|context|tasks|workspaces|results)\.", script):
            raise NotUnderstood("a script with a variable in it")
        if fill(step["image"], inside) != IMAGE or not script.startswith("#!/bin/sh\n"):
            raise NotUnderstood("the image")
        environment = {one["name"]: fill(one["value"], inside) for one in step["env"]}
        results = self.fresh(f"results-{name}")
        if "ASTRA_RESULTS_FOLDER" in environment:
            if environment["ASTRA_RESULTS_FOLDER"] != "/tekton/results":
                raise NotUnderstood("where the results are")
            environment["ASTRA_RESULTS_FOLDER"] = str(results)
        code = self.run(name, ["sh"], script, environment, self.fresh(name))
        runs = sorted(path for path in self.mounts["runs"].iterdir() if path.is_dir() and not path.is_symlink())
        report = values.get("report")
        # Tekton shows no reports: they stay in the volume.
        if report and runs:
            self.publish(name, Path(runs[-1]).glob(f"reports/TEST-{report}.xml"))
        return code
