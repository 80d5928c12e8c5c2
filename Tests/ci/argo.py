"""Argo Workflows: a workflow from a WorkflowTemplate; a DAG with depends and when, retries, volumes, artifacts."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Mapping

from machine import IMAGE, NotUnderstood, Outcome, System, known

WORD = re.compile(r"(?<![A-Za-z-])[a-z][a-z-]*")
STATES = {"green": "Succeeded", "red": "Failed", "skipped": "Skipped", "omitted": "Omitted"}


class Argo(System):
    def start(self, parameters: Mapping[str, str]) -> Outcome:
        self.spec = self.read("argo/workflowtemplate.yaml")["spec"]
        known(self.spec, "entrypoint", "securityContext", "synchronization", "arguments", "volumes", "templates")
        given = {name.lower().replace("_", "-"): value for name, value in parameters.items()}
        self.values = {}
        for one in self.spec["arguments"]["parameters"]:
            known(one, "name", "description", "value", "enum")
            self.values[one["name"]] = given.pop(one["name"]) if one["name"] in given else one.get("value")
            if self.values[one["name"]] not in one.get("enum", [self.values[one["name"]]]):
                raise NotUnderstood(f"{one['name']} may not be {self.values[one['name']]!r}")
        if given or None in self.values.values():
            raise NotUnderstood(f"{sorted(given)} are not there, or one is required")
        self.templates = {one["name"]: one for one in self.spec["templates"]}
        self.dag = self.templates[self.spec["entrypoint"]]["dag"]
        known(self.dag, "failFast", "tasks")
        self.state: dict[str, str] = {}
        return self.go_on({one["name"] for one in self.dag["tasks"]})

    def again(self) -> Outcome:
        """`argo retry`: what failed, what was omitted, and all behind it."""
        chosen = {name for name, state in self.state.items() if state in ("red", "omitted")}
        for one in self.dag["tasks"]:
            if chosen & set(WORD.findall(one.get("depends", ""))):
                chosen.add(one["name"])
        return self.go_on(chosen)

    def go_on(self, chosen: set[str]) -> Outcome:
        for task in self.dag["tasks"]:
            known(task, "name", "template", "depends", "when", "arguments")
            name = task["name"]
            if name not in chosen:
                continue
            if not self.may_begin(task.get("depends", "")):
                self.state[name] = "omitted"
            elif not self.holds(task.get("when", "")):
                self.state[name] = "skipped"
            else:
                inputs = {one["name"]: one["value"] for one in task.get("arguments", {}).get("parameters", [])}
                self.state[name] = "green" if self.node(name, task["template"], inputs) == 0 else "red"
        ones = {task["name"]: self.state[task["name"]] for task in self.dag["tasks"]}
        shown = {name: "skipped" if state == "omitted" else state for name, state in ones.items() if name != "end"}
        # A DAG is as its last task is. One that was omitted or skipped is as those before it are.
        return self.outcome(shown, "red" if "red" in self.colours(self.dag["tasks"][-1]["name"]) else "green")

    def colours(self, name: str) -> set[str]:
        if self.state[name] in ("green", "red"):
            return {self.state[name]}
        task = next(one for one in self.dag["tasks"] if one["name"] == name)
        return {colour for before in WORD.findall(task.get("depends", "")) for colour in self.colours(before)}

    def may_begin(self, depends: str) -> bool:
        def value(found: re.Match[str]) -> str:
            state = STATES[self.state[found[1]]]
            # A task by itself: it succeeded, or was skipped.
            return str(state in ("Succeeded", "Skipped") if not found[2] else state == found[2])

        if not depends:
            return True
        python = re.sub(r"([a-z][a-z-]*)(?:\.([A-Z]\w+))?", value, depends)
        python = python.replace("&&", " and ").replace("||", " or ")
        return bool(eval(" ".join(python.split()), {"__builtins__": {}}))  # of truth values and operators alone

    def holds(self, when: str) -> bool:
        if not when:
            return True
        form = re.fullmatch(r"\{\{=workflow\.parameters\['([\w-]+)'\] != '(\w*)'\}\}", when)
        if not form:
            raise NotUnderstood(when)
        return bool(self.values[form[1]] != form[2])

    def fill(self, text: str, inputs: Mapping[str, str]) -> str:
        names = {f"workflow.parameters.{name}": value for name, value in self.values.items()}
        names |= {f"inputs.parameters.{name}": value for name, value in inputs.items()}
        names["workflow.uid"] = "0f7c1d52-8a34-4be0-9d0e-5f2f3b1a6c77"

        def replaced(found: re.Match[str]) -> str:
            if found[1] not in names:
                raise NotUnderstood(found[0])
            return names[found[1]]

        return re.sub(r"\{\{([^=}][^}]*)\}\}", replaced, text)

    def node(self, name: str, of: str, inputs: Mapping[str, str]) -> int:
        template = self.templates[of]
        known(template, "name", "inputs", "activeDeadlineSeconds", "retryStrategy", "outputs", "container")
        if {one["name"] for one in template.get("inputs", {}).get("parameters", [])} != set(inputs):
            raise NotUnderstood("other inputs than the template has")
        retry = template.get("retryStrategy", {"limit": 0})
        known(retry, "limit", "retryPolicy", "expression")
        for _ in range(int(retry["limit"]) + 1):
            code = self.pod(name, template, inputs)
            # No other expression is known here.
            if retry.get("expression") != "lastRetry.exitCode == '75'" or code != 75:
                break
        return code

    def pod(self, name: str, template: Mapping[str, Any], inputs: Mapping[str, str]) -> int:
        container = template["container"]
        known(container, "image", "volumeMounts", "env", "command", "args")
        (script,) = container["args"]
        if self.fill(container["image"], inputs) != IMAGE or container["command"] != ["sh", "-c"] or "{{" in script:
            raise NotUnderstood("the image, or a script with a parameter in it")
        mounts = {one["mountPath"]: self.volume(one["name"]) for one in container.get("volumeMounts", [])}

        def outside(path: str) -> str:
            root = "/" + path.split("/")[1]
            return str(mounts[root]) + path.removeprefix(root)

        environment = {}
        for one in container.get("env", []):
            value = one["value"]
            environment[one["name"]] = outside(value) if value in mounts else self.fill(value, inputs)
        code = self.run(name, ["sh"], script, environment, self.fresh(name))
        for artifact in template.get("outputs", {}).get("artifacts", []):
            known(artifact, "name", "path", "archive", "optional")
            report = Path(outside(self.fill(artifact["path"], inputs)))
            self.publish(name, [report] if report.exists() else [])
        return code

    def volume(self, name: str) -> Path:
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        one = next(volume for volume in self.spec["volumes"] if volume["name"] == name)
        if "secret" in one:
            for secret, text in self.world.secrets.items():
                (folder / secret).write_text(text)
            (folder / "ca.pem").write_text(self.world.authority.read_text())
        elif "persistentVolumeClaim" not in one:
            raise NotUnderstood("a volume that does not outlive its pod")
        return folder
