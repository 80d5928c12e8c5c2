"""GitHub Actions: a workflow whose jobs each use another one; needs and conditions, steps, artifacts, repeated jobs."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any, Mapping

from machine import IMAGE, NotUnderstood, Outcome, System, copy_matching, known, scrub

OF_THE_REPOSITORY = (
    "ASTRA_BACKEND", "ASTRA_FQDN", "ASTRA_INSTANCE_ID", "PROD_KUBERNETES_CLUSTER", "DEBUG_KUBERNETES_CLUSTER",
    "ASTRA_REPLACE_VOLUMES",
)
BASH = ["bash", "--noprofile", "--norc", "-eo", "pipefail"]
TOKEN = re.compile(r"\s*(?:('(?:[^']|'')*')|(&&|\|\||==|!=|!|\(|\))|([A-Za-z_][\w.-]*))")


def evaluate(expression: str, context: Mapping[str, Any]) -> Any:
    """The value of an expression made of names, texts, comparisons and `&&`, `||`, `!`."""
    # Nobody cancels a run here.
    expression = expression.replace("cancelled()", "false")
    words, position = [], 0
    while expression[position:].strip():
        found = TOKEN.match(expression, position)
        if not found:
            raise NotUnderstood(expression)
        position = found.end()
        text, sign, name = found.groups()
        if text:
            words.append(repr(text[1:-1].replace("''", "'")))
        elif sign:
            words.append({"&&": " and ", "||": " or ", "!": " not "}.get(sign, sign))
        elif name in ("true", "false"):
            words.append(name.capitalize())
        else:
            value: Any = context
            for part in name.split("."):
                value = value.get(part, "") if isinstance(value, Mapping) else ""
            words.append(repr(value))
    return eval("".join(words), {"__builtins__": {}})  # of literals and operators alone


def fill(text: Any, context: Mapping[str, Any]) -> Any:
    """A value of the file with its expressions replaced."""
    if not isinstance(text, str):
        return text
    return re.sub(r"\$\{\{(.*?)\}\}", lambda found: str(evaluate(found[1], context)), text)


class GitHub(System):
    def start(self, parameters: Mapping[str, str]) -> Outcome:
        self.workflow = self.read("github/astra-postmortem.yml")
        self.stage = self.read("github/astra-stage.yml")
        # YAML of old reads `on` as a truth value.
        asked = self.workflow[True]["workflow_dispatch"]["inputs"]
        values = dict(parameters)
        variables = {name: values.pop(name) for name in OF_THE_REPOSITORY if name in values}
        for name in values:
            if name not in asked:
                raise NotUnderstood(f"there is no input {name}")
        texts = {}
        for name, one in asked.items():
            known(one, "description", "default", "required", "type")
            texts[name] = values.get(name, one.get("default", "false" if one.get("type") == "boolean" else ""))
            if one.get("required") and not texts[name]:
                raise NotUnderstood(f"{name} is required")
        typed = {name: text == "true" if asked[name].get("type") == "boolean" else text for name, text in texts.items()}
        self.context = {
            "inputs": typed,
            "github": {"event": {"inputs": texts}},
            "vars": {**variables, "ASTRA_STEPS_IMAGE": IMAGE},
        }
        self.attempts = 0
        # That of a runner of one's own: what another run has left there stays, until somebody removes it.
        self.workspace = self.fresh("workspace")
        (self.workspace / "reports").mkdir()
        (self.workspace / "reports/astra-restore.json").write_text("{}")
        self.artifacts: dict[str, Path] = {}
        self.state: dict[str, str] = {}
        return self.go_on(set(self.workflow["jobs"]))

    def again(self) -> Outcome:
        """Re-run failed jobs: these, and all that depend on them."""
        chosen = {name for name, state in self.state.items() if state == "failure"}
        for name, job in self.workflow["jobs"].items():
            if chosen & set(self.needs(job)):
                chosen.add(name)
        return self.go_on(chosen)

    @staticmethod
    def needs(job: Mapping[str, Any]) -> list[str]:
        needs = job.get("needs", [])
        return [needs] if isinstance(needs, str) else needs

    def go_on(self, chosen: set[str]) -> Outcome:
        self.attempts += 1
        for name, job in self.workflow["jobs"].items():
            known(job, "needs", "if", "uses", "with", "secrets")
            if name not in chosen:
                continue
            context = {**self.context, "needs": {need: {"result": self.state[need]} for need in self.needs(job)}}
            condition = re.sub(r"^\$\{\{(.*)\}\}$", r"\1", str(job.get("if", "")).strip(), flags=re.DOTALL)
            # Without a word on the state of the run, a job runs only when all that it needs has succeeded.
            goes = "cancelled()" in condition or all(self.state[need] == "success" for need in self.needs(job))
            if goes and condition:
                goes = bool(evaluate(condition, context))
            self.state[name] = self.job(name, job) if goes else "skipped"
        shown = {"success": "green", "failure": "red", "skipped": "skipped"}
        result = "red" if "failure" in self.state.values() else "green"
        return self.outcome({name: shown[state] for name, state in self.state.items()}, result)

    def job(self, name: str, job: Mapping[str, Any]) -> str:
        if job["uses"] != "./.github/workflows/astra-stage.yml" or job["secrets"] != "inherit":
            raise NotUnderstood(str(job))
        if set(job["with"]) != set(self.stage[True]["workflow_call"]["inputs"]):
            raise NotUnderstood("other inputs than the stage has")
        called = self.stage["jobs"]["stage"]
        known(called, "runs-on", "timeout-minutes", "steps")
        folder, temporary = self.workspace, self.fresh(f"{name}-temporary")
        variables = {**self.context["vars"], "ASTRA_CA_FILE": self.secret_file("ca.pem")}
        secrets = {
            "ASTRA_API_TOKEN": self.world.secrets.get("token", ""),
            "ASTRA_KUBECONFIG": self.world.secrets.get("kubeconfig", ""),
        }
        context = {**self.context, "vars": variables, "secrets": secrets, "inputs": job["with"]}
        special = {key: temporary / key for key in ("GITHUB_PATH", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ENV")}
        for file in special.values():
            file.touch()
        failed = False
        for step in called["steps"]:
            known(step, "name", "uses", "with", "shell", "env", "run", "if")
            if step.get("if") not in (None, "always()"):
                raise NotUnderstood(step["if"])
            if failed and "if" not in step:
                continue
            if "uses" in step:
                given = {key: fill(value, context) for key, value in step["with"].items()}
                failed = not self.action(name, step["uses"], given, folder) or failed
                continue
            if step["shell"] != "bash" or "${{" in step["run"]:
                raise NotUnderstood("a script with an expression in it, or of another shell")
            paths = special["GITHUB_PATH"].read_text().split("\n")[:-1]
            environment = {
                **scrub({key: fill(value, context) for key, value in step.get("env", {}).items()}),
                **{key: str(file) for key, file in special.items()},
                "PATH": ":".join([*reversed(paths), str(self.tools), "/usr/bin", "/bin"]),
                "GITHUB_ACTIONS": "true", "GITHUB_RUN_ID": "8123456789", "GITHUB_RUN_ATTEMPT": str(self.attempts),
                "RUNNER_TEMP": str(temporary), "GITHUB_WORKSPACE": str(folder),
            }
            label = name if "STAGE" in step.get("env", {}) else f"{name}: {step['name']}"
            failed = self.run(label, BASH, step["run"], environment, folder, in_image=False) != 0 or failed
        shutil.rmtree(temporary)
        return "failure" if failed else "success"

    def action(self, job: str, uses: str, given: Mapping[str, Any], folder: Path) -> bool:
        """Does what an action does; whether it succeeded."""
        action = uses.partition("@")[0]
        if action == "actions/download-artifact":
            known(given, "pattern", "merge-multiple", "path")
            form = re.compile(given["pattern"].replace("*", ".*"))
            ones = [path for name, path in self.artifacts.items() if form.fullmatch(name)]
            # They come in no order: none may hold another's files.
            names = [str(file.relative_to(one)) for one in ones for file in one.rglob("*") if file.is_file()]
            if len(names) != len(set(names)):
                raise NotUnderstood(f"two artifacts have one file: {sorted(names)}")
            for one in ones:
                shutil.copytree(one, folder / given["path"], dirs_exist_ok=True)
            return True
        if action == "actions/upload-artifact":
            known(given, "name", "path", "overwrite", "if-no-files-found", "retention-days")
            copy = self.fresh(f"artifact-{job}")
            base = folder / given["path"].partition("*")[0].rpartition("/")[0]
            if not copy_matching(folder, given["path"], copy, below=base):
                return bool(given["if-no-files-found"] == "ignore")
            if given["name"] in self.artifacts and given["overwrite"] is not True:
                return False
            self.artifacts[given["name"]] = copy
            return True
        if action == "mikepenz/action-junit-report":
            known(given, "check_name", "report_paths")
            self.publish(job, folder.glob(given["report_paths"]))
            return True
        raise NotUnderstood(uses)
