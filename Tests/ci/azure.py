"""Azure Pipelines: stages in order, templates, conditions, macros, pipeline artifacts, repeated stages."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any, Mapping

from machine import IMAGE, NotUnderstood, Outcome, System, known

WORD = re.compile(r"\s*(?:('(?:[^']|'')*')|([(),])|([A-Za-z_][\w.]*))")
# How the functions of expressions are called here.
FUNCTIONS = {
    "and": lambda *values: all(values),
    "or": lambda *values: any(values),
    "not": lambda value: not value,
    "eq": lambda one, other: str(one).lower() == str(other).lower(),
    "ne": lambda one, other: str(one).lower() != str(other).lower(),
    "in": lambda one, *others: str(one).lower() in [str(other).lower() for other in others],
    "lower": lambda text: str(text).lower(),
    "canceled": lambda: False,
    "always": lambda: True,
}


def evaluate(expression: str, names: Mapping[str, Any], functions: Mapping[str, Any] = {}) -> Any:
    """The value of an expression of calls, texts and names such as `variables.X`."""
    words, position = [], 0
    calls = {**FUNCTIONS, **functions}
    while expression[position:].strip():
        found = WORD.match(expression, position)
        if not found:
            raise NotUnderstood(expression)
        position = found.end()
        text, sign, name = found.groups()
        if text:
            words.append(repr(text[1:-1].replace("''", "'")))
        elif sign:
            words.append(sign)
        elif expression[position:].startswith("("):
            if name not in calls:
                raise NotUnderstood(f"{name}()")
            words.append(f"calls[{name!r}]")
        else:
            words.append(repr(names.get(name, "")))
    return eval("".join(words), {"__builtins__": {}, "calls": calls})  # of literals and those calls alone


def expand(value: Any, parameters: Mapping[str, Any]) -> Any:
    """A part of a file as it is once its template expressions are replaced."""
    names = {f"parameters.{name}": one for name, one in parameters.items()}
    if isinstance(value, str):
        whole = re.fullmatch(r"\$\{\{([^{}]*)\}\}", value)
        if whole:
            return evaluate(whole[1], names)
        return re.sub(r"\$\{\{(.*?)\}\}", lambda found: str(evaluate(found[1], names)), value)
    if isinstance(value, dict):
        return {key: expand(one, parameters) for key, one in value.items()}
    if isinstance(value, list):
        whole_list = []
        for one in value:
            condition = re.fullmatch(r"\$\{\{ if (.*) \}\}", next(iter(one))) if isinstance(one, dict) else None
            if not condition:
                whole_list.append(expand(one, parameters))
            elif evaluate(condition[1], names):
                whole_list += expand(next(iter(one.values())), parameters)
        return whole_list
    return value


class Azure(System):
    def start(self, parameters: Mapping[str, str]) -> Outcome:
        document = self.read("azure/azure-pipelines.yml")
        known(document, "trigger", "pr", "parameters", "variables", "lockBehavior", "pool", "stages")
        values = dict(parameters)
        given: dict[str, Any] = {}
        for one in document["parameters"]:
            known(one, "name", "displayName", "type", "default", "values")
            name = one["name"]
            if name not in values and "default" not in one:
                raise NotUnderstood(f"{name} is required")
            given[name] = values.pop(name, one.get("default"))
            if given[name] not in one.get("values", [given[name]]):
                raise NotUnderstood(f"{name} may not be {given[name]!r}")
            if one["type"] == "boolean":
                given[name] = given[name] == "true"
        # What is left is of the variable group.
        self.variables = {"ASTRA_STEPS_IMAGE": IMAGE, **values}
        if document["variables"][0] != {"group": "astra-steps"}:
            raise NotUnderstood("the variable group")
        for one in expand(document["variables"][1:], given):
            self.variables[one["name"]] = str(one["value"])
        self.stages = expand(document["stages"], given)
        self.state: dict[str, str] = {}
        self.attempts: dict[str, int] = {}
        self.artifacts: dict[str, Path] = {}
        return self.go_on({one["stage"] for one in self.stages})

    def again(self) -> Outcome:
        """Rerun failed jobs: their stages, and those that depend on them."""
        chosen = {name for name, state in self.state.items() if state == "Failed"}
        for one in self.stages:
            if chosen & set(self.dependencies(one)):
                chosen.add(one["stage"])
        return self.go_on(chosen)

    @staticmethod
    def dependencies(stage: Mapping[str, Any]) -> list[str]:
        needed = stage.get("dependsOn", [])
        return [needed] if isinstance(needed, str) else needed

    def go_on(self, chosen: set[str]) -> Outcome:
        for one in self.stages:
            known(one, "stage", "displayName", "dependsOn", "condition", "jobs")
            name = one["stage"]
            if name not in chosen:
                continue
            needed = {need: self.state[need] for need in self.dependencies(one)}
            names: dict[str, str] = {f"variables.{key}": value for key, value in self.variables.items()}
            names |= {f"dependencies.{need}.result": state for need, state in needed.items()}
            has_succeeded = all(state in ("Succeeded", "SucceededWithIssues") for state in needed.values())
            condition = one.get("condition", "succeeded()")
            goes = evaluate(condition, names, {"succeeded": lambda: has_succeeded})
            self.state[name] = self.stage(one) if goes else "Skipped"
        colours = {"Succeeded": "green", "SucceededWithIssues": "orange", "Failed": "red", "Skipped": "skipped"}
        shown = {one.get("displayName", one["stage"]): colours[self.state[one["stage"]]] for one in self.stages}
        result = next(colour for colour in ("red", "orange", "green") if colour in shown.values())
        return self.outcome(shown, result)

    def stage(self, stage: Mapping[str, Any]) -> str:
        (used,) = stage["jobs"]
        if used["template"] != "stage.yml":
            raise NotUnderstood(str(used))
        template = self.read("azure/stage.yml")
        parameters = {}
        given = dict(used["parameters"])
        for one in template["parameters"]:
            parameters[one["name"]] = given.pop(one["name"]) if one["name"] in given else one["default"]
        if given:
            raise NotUnderstood(f"the template has no {sorted(given)}")
        (job,) = expand(template["jobs"], parameters)
        known(job, "job", "displayName", "timeoutInMinutes", "cancelTimeoutInMinutes", "workspace", "steps")
        name = parameters["stage"]
        self.attempts[name] = self.attempts.get(name, 0) + 1
        folder, temporary = self.fresh(name), self.fresh(f"{name}-temporary")
        self.known = {
            **self.variables, "Pipeline.Workspace": str(folder), "System.StageAttempt": str(self.attempts[name]),
        }
        self.known |= {"ASTRA_API_TOKEN": self.world.secrets["token"]} if "token" in self.world.secrets else {}
        state = "Succeeded"
        for step in job["steps"]:
            known(
                step, "checkout", "task", "bash", "displayName", "inputs", "name", "workingDirectory", "continueOnError",
                "env", "condition")
            if step.get("condition", "always()") != "always()":
                raise NotUnderstood(step["condition"])
            if state == "Failed" and "condition" not in step or step.get("checkout") == "none":
                continue
            if "task" in step:
                is_done = self.task(name, step, {key: self.fill(value) for key, value in step["inputs"].items()})
            else:
                is_done = self.bash(name, step, temporary) == 0
            if not is_done and state != "Failed":
                state = "SucceededWithIssues" if step.get("continueOnError") else "Failed"
        return state

    def fill(self, text: Any) -> str:
        """A text with its macros; one that names nothing stays as it is."""
        return re.sub(r"\$\(([\w.]+)\)", lambda found: self.known.get(found[1], found[0]), str(text))

    def bash(self, name: str, step: Mapping[str, Any], temporary: Path) -> int:
        if "$(Pipeline" in step["bash"] or "${{" in step["bash"]:
            raise NotUnderstood("a script with an expression in it")
        # Each variable that is no secret is in the environment of every script.
        environment = {key.upper().replace(".", "_"): value for key, value in self.variables.items()}
        environment |= {key: self.fill(value) for key, value in step.get("env", {}).items()}
        environment |= {
            "TF_BUILD": "True", "BUILD_BUILDID": "2718", "AGENT_TEMPDIRECTORY": str(temporary),
            "ASTRA_CA_FILE": self.secret_file("ca.pem"),
        }
        # Macros reach into scripts too; those of the shell look alike and name nothing.
        script = self.fill(step["bash"])
        if script != step["bash"]:
            raise NotUnderstood("a script with a macro in it")
        label = name if "STAGE" in step.get("env", {}) else f"{name}: {step['displayName']}"
        folder = Path(self.fill(step["workingDirectory"]))
        return self.run(label, ["bash", "--noprofile", "--norc"], script, environment, folder, in_image=False)

    def task(self, name: str, step: Mapping[str, Any], given: Mapping[str, str]) -> bool:
        """Does what a task does; whether it succeeded."""
        task = step["task"]
        if task == "DownloadPipelineArtifact@2":
            known(given, "buildType", "targetPath")
            for artifact, path in self.artifacts.items():
                shutil.copytree(path, Path(given["targetPath"]) / artifact, dirs_exist_ok=True)
        elif task == "PublishPipelineArtifact@1":
            known(given, "targetPath", "artifact")
            # A name counts once in a run.
            if given["artifact"] in self.artifacts:
                return False
            copy = self.fresh(f"artifact-{name}")
            shutil.copytree(given["targetPath"], copy, dirs_exist_ok=True)
            self.artifacts[given["artifact"]] = copy
        elif task == "PublishTestResults@2":
            known(given, "testResultsFormat", "testResultsFiles", "searchFolder", "testRunTitle")
            self.publish(name, Path(given["searchFolder"]).glob(given["testResultsFiles"]))
        elif task == "DownloadSecureFile@1":
            if given != {"secureFile": "astra-kubeconfig"}:
                raise NotUnderstood("the secure file")
            self.known[f"{step['name']}.secureFilePath"] = self.secret_file("kubeconfig")
        else:
            raise NotUnderstood(task)
        return True
