"""GitLab CI: jobs in the order of their needs, rules, artifacts, the cache, retries."""

from __future__ import annotations

import re
import shutil
from typing import Any, Mapping

from machine import IMAGE, NotUnderstood, Outcome, System, copy_matching, known

JOB = (
    "stage", "image", "variables", "resource_group", "interruptible", "timeout", "retry", "cache", "artifacts", "script",
    "rules", "needs", "allow_failure",
)
FILES = {"KUBECONFIG": "kubeconfig", "ASTRA_CA_FILE": "ca.pem"}


class GitLab(System):
    def start(self, parameters: Mapping[str, str]) -> Outcome:
        document = self.read("gitlab/postmortem.gitlab-ci.yml")
        known(document, "workflow", "stages", "variables", ".stage", *document["stages"])
        values = dict(parameters)
        asked = {name: values.pop(name) for name in document["variables"] if name in values}
        for name, value in asked.items():
            if value not in document["variables"][name].get("options", [value]):
                raise NotUnderstood(f"{name} may not be {value!r}")
        # What the project has, and then what is asked for when a pipeline is started.
        self.variables = {name: one["value"] for name, one in document["variables"].items()}
        self.variables |= {"ASTRA_STEPS_IMAGE": IMAGE, **values, **asked}
        if not self.holds(document["workflow"]["rules"], {"CI_PIPELINE_SOURCE": "web"}):
            raise NotUnderstood("the pipeline does not start by hand")
        if self.holds(document["workflow"]["rules"], {"CI_PIPELINE_SOURCE": "push"}):
            raise NotUnderstood("the pipeline starts on a push")
        base = document[".stage"]
        self.jobs: dict[str, dict[str, Any]] = {}
        for name in document["stages"]:
            job = dict(document[name])
            if "extends" in job:
                if job.pop("extends") != ".stage":
                    raise NotUnderstood("extends")
                job = base | job | {"variables": base["variables"] | job["variables"]}
            known(job, *JOB)
            if "rules" not in job or self.holds(job["rules"], {}):
                self.jobs[name] = job
        for job in self.jobs.values():
            for need, is_optional in self.needs(job).items():
                if need not in self.jobs and not is_optional:
                    raise NotUnderstood(f"the pipeline is refused: a job needs {need}")
        self.state = dict.fromkeys(document["stages"], "skipped")
        self.kept: dict[str, Any] = {}
        self.cached = self.folder / "cache"
        return self.go_on(list(self.jobs))

    def again(self) -> Outcome:
        """The button that retries all that failed; then what was skipped goes on."""
        return self.go_on([name for name in self.jobs if self.state[name] != "green"])

    def holds(self, rules: list[dict[str, str]], more: Mapping[str, str]) -> bool:
        values = {**self.variables, **more}
        for rule in rules:
            known(rule, "if")
            form = re.fullmatch(r'\$(\w+)(?: (!=|=~) (?:"([^"]*)"|/(.*)/))?', rule["if"])
            if not form:
                raise NotUnderstood(rule["if"])
            value = values.get(form[1], "")
            if not form[2] and value or form[2] == "!=" and value != form[3]:
                return True
            if form[2] == "=~" and re.search(form[4], value):
                return True
        return False

    def needs(self, job: Mapping[str, Any]) -> dict[str, bool]:
        ones = [{"job": one} if isinstance(one, str) else one for one in job.get("needs", [])]
        for one in ones:
            known(one, "job", "optional")
        return {one["job"]: one.get("optional", False) for one in ones}

    def go_on(self, names: list[str]) -> Outcome:
        for name in names:
            job = self.jobs[name]
            needs = [need for need in self.needs(job) if need in self.jobs]
            # A failure that is allowed stops nobody.
            if all(self.state[need] in ("green", "orange") for need in needs):
                self.carry_out(name, job, needs)
            else:
                self.state[name] = "skipped"
        shown = {name: self.state[name] for name in self.state if name != "end"}
        colours = {self.state[name] for name in self.jobs}
        result = "red" if "red" in colours else "orange" if "orange" in colours else "green"
        return self.outcome(shown, result)

    def carry_out(self, name: str, job: Mapping[str, Any], needs: list[str]) -> None:
        retry = job.get("retry", {"max": 0, "exit_codes": []})
        known(retry, "max", "exit_codes")
        for _ in range(retry["max"] + 1):
            code = self.attempt(name, job, needs)
            if code not in retry["exit_codes"]:
                break
        self.state[name] = "green" if code == 0 else "orange" if job.get("allow_failure") else "red"

    def attempt(self, name: str, job: Mapping[str, Any], needs: list[str]) -> int:
        variables = {**job["variables"], **self.variables, "CI_PIPELINE_ID": "4711", "CI_JOB_NAME": name}

        def expand(text: str) -> str:
            return re.sub(r"\$\{?(\w+)\}?", lambda found: variables.get(found[1], ""), text)

        if expand(job["image"]["name"]) != IMAGE or job["image"]["entrypoint"] != [""]:
            raise NotUnderstood("the image")
        if variables["GIT_STRATEGY"] != "empty":
            raise NotUnderstood("what lies in the folder")
        folder = self.fresh(name)
        cache = job.get("cache", {})
        known(cache, "key", "paths", "when")
        if cache and (self.cached / expand(cache["key"])).exists():
            shutil.copytree(self.cached / expand(cache["key"]), folder, dirs_exist_ok=True)
        for need in needs:
            if need in self.kept:
                shutil.copytree(self.kept[need], folder, dirs_exist_ok=True)
        environment = {**variables, "GITLAB_CI": "true", "CI_PROJECT_DIR": str(folder)}
        for variable, file in FILES.items():
            if file == "ca.pem" or file in self.world.secrets:
                environment[variable] = self.secret_file(file)
        if "token" in self.world.secrets:
            environment["ASTRA_API_TOKEN"] = self.world.secrets["token"]
        code = self.run(name, ["sh", "-eo", "pipefail"], "\n".join(job["script"]), environment, folder)
        if cache and (code == 0 or cache["when"] == "always"):
            for path in cache["paths"]:
                copy_matching(folder, path.rstrip("/"), self.cached / expand(cache["key"]))
        artifacts = job.get("artifacts", {})
        known(artifacts, "when", "expire_in", "paths", "reports")
        if artifacts and (code == 0 or artifacts["when"] == "always"):
            self.kept[name] = self.fresh(f"artifacts-{name}")
            for path in artifacts["paths"]:
                copy_matching(folder, expand(path), self.kept[name])
            known(artifacts["reports"], "junit")
            self.publish(name, folder.glob(expand(artifacts["reports"]["junit"])))
        return code
