"""The files of ci/, judged by schemas and checkers that nobody here wrote, and by what they promise each other."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import textwrap
import unittest
from pathlib import Path
from typing import Any, Iterator

import hera.workflows.models
import yaml

from machine import STAGES
from world import PROJECT

CI = PROJECT / "ci"
PAGE = PROJECT / "docs" / "ci.md"
YAMLS = sorted(path for path in CI.rglob("*") if path.suffix in (".yml", ".yaml"))
SCHEMAS = {
    "gitlab/postmortem.gitlab-ci.yml": ["vendor.gitlab-ci", "--data-transform", "gitlab-ci"],
    "github/astra-postmortem.yml": ["vendor.github-workflows"],
    "github/astra-stage.yml": ["vendor.github-workflows"],
    "azure/azure-pipelines.yml": ["vendor.azure-pipelines", "--data-transform", "azure-pipelines"],
}
# The files with the stages, and whether their shells are bash.
STAGE_FILES = {
    "gitlab/postmortem.gitlab-ci.yml": False, "github/astra-stage.yml": True, "azure/stage.yml": True,
    "tekton/task.yaml": False, "argo/workflowtemplate.yaml": False, "shell/postmortem.sh": True,
}
SUBSTITUTION = re.compile(r"\$\{\{|\{\{|\$\((?:params|context|workspaces|results|tasks|Pipeline|System|Build)\.|\$\[\[")


def scripts(part: Any) -> Iterator[str]:
    """Every script in a file."""
    if isinstance(part, dict):
        for key, value in part.items():
            if key in ("script", "run", "bash"):
                yield "\n".join(value) if isinstance(value, list) else value
            elif key == "args":
                yield from value
            else:
                yield from scripts(value)
    elif isinstance(part, list):
        for value in part:
            yield from scripts(value)


def run(*command: str | Path, text: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in command], input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def tool(name: str) -> Path:
    return Path(sys.executable).parent / name


class FileTests(unittest.TestCase):
    maxDiff = None

    def test_schemas(self) -> None:
        for name, arguments in SCHEMAS.items():
            with self.subTest(name):
                done = run(tool("check-jsonschema"), "--builtin-schema", *arguments, CI / name)
                self.assertEqual(0, done.returncode, done.stdout)

    def test_the_template_of_azure(self) -> None:
        """The schema knows whole pipelines alone: the template is judged as the pipeline that it becomes."""
        template = yaml.safe_load((CI / "azure/stage.yml").read_text())
        whole = json.dumps({"jobs": as_texts(without_conditions(template["jobs"]))})
        whole = whole.replace("${{ parameters.orange }}", "true")
        with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
            file.write(whole)
            file.flush()
            done = run(tool("check-jsonschema"), "--builtin-schema", *SCHEMAS["azure/azure-pipelines.yml"], file.name)
        self.assertEqual(0, done.returncode, done.stdout[-1000:])

    def test_argo(self) -> None:
        """The models of hera take it, and know every member of it."""
        document = yaml.safe_load((CI / "argo/workflowtemplate.yaml").read_text())
        read = hera.workflows.models.WorkflowTemplate.model_validate(document)
        again = json.loads(read.model_dump_json(by_alias=True, exclude_none=True, exclude_unset=True))
        self.assertEqual(document, again)

    def test_yamllint(self) -> None:
        rules = (
            "{extends: default, rules: {line-length: {max: 125}, document-start: disable, truthy: {check-keys: false},"
            " braces: {max-spaces-inside: 0}, comments-indentation: disable}}"
        )
        done = run(tool("yamllint"), "--strict", "--config-data", rules, *YAMLS)
        self.assertEqual(0, done.returncode, done.stdout)

    def test_shellcheck(self) -> None:
        done = run("shellcheck", CI / "shell/postmortem.sh")
        self.assertEqual(0, done.returncode, done.stdout)
        count = 0
        for path in YAMLS:
            is_bash = path.parent.name in ("github", "azure")
            for script in scripts(yaml.safe_load(path.read_text())):
                with self.subTest(path.name, script=script[:60]):
                    done = run("shellcheck", "--shell", "bash" if is_bash else "sh", "-", text=script)
                    self.assertEqual(0, done.returncode, done.stdout)
                    count += 1
        self.assertGreater(count, 8)

    def test_no_value_is_put_into_a_script(self) -> None:
        for path in YAMLS:
            for script in scripts(yaml.safe_load(path.read_text())):
                self.assertNotRegex(script, SUBSTITUTION, path)

    def test_the_stages_are_the_same_everywhere(self) -> None:
        blocks = {}
        for name in STAGE_FILES:
            text = (CI / name).read_text()
            found = re.search(r"(?ms)^ *mkdir -p reports$.*?^ *esac$", text)
            assert found, name
            # GitLab's shell has to see the end of the script.
            blocks[name] = textwrap.dedent(found[0]).replace("exec astra-", "astra-")
        first = next(iter(blocks.values()))
        for name, block in blocks.items():
            self.assertEqual(first, block, name)
        self.assertEqual(list(STAGES), re.findall(r"(?m)^  ([a-z-]+)\)$", first))

    def test_steps_take_the_place_of_their_shells(self) -> None:
        for name in STAGE_FILES:
            lines = re.findall(r"(?m)^ *((?:exec )?astra-[a-z]+)$", (CI / name).read_text())
            self.assertEqual(len(STAGES), len(lines), name)
            self.assertEqual(name.startswith("gitlab"), not any(line.startswith("exec ") for line in lines), name)

    def test_each_file_says_what_the_stages_do(self) -> None:
        for name in ("gitlab/postmortem.gitlab-ci.yml", "github/astra-postmortem.yml", "azure/azure-pipelines.yml",
                     "tekton/pipeline.yaml", "argo/workflowtemplate.yaml", "shell/postmortem.sh"):
            head = (CI / name).read_text()
            named = re.findall(r"(?m)^#   ([a-z-]+)  +\S", head)
            self.assertEqual(list(STAGES), [stage for stage in named if stage != "end"], name)

    def test_a_job_has_more_time_than_its_step(self) -> None:
        text = "".join(path.read_text() for path in sorted(CI.rglob("*")) if path.is_file())
        longest = max(int(hours) * 60 for hours in re.findall(r"ASTRA_TIMEOUT=(\d+)h", text))
        minutes = [int(found) for found in re.findall(r"(?:timeout: |timeout-minutes: |timeoutInMinutes: )(\d+)", text)]
        minutes += [int(found) // 60 for found in re.findall(r"activeDeadlineSeconds: (\d+)", text)]
        # All but GitLab's `end`, which runs no step, and Tekton's of the whole, which is in hours.
        self.assertEqual(sorted([75] * (len(minutes) - 1) + [5]), sorted(m for m in minutes))
        self.assertGreater(75, longest)

    def test_the_page_names_every_file(self) -> None:
        page = PAGE.read_text()
        for path in sorted(CI.rglob("*")):
            if path.is_file():
                self.assertIn(str(path.relative_to(PROJECT)), page)
        for stage in STAGES:
            self.assertIn(f"`{stage}`", page)


def as_texts(part: Any) -> Any:
    """The same with every number and truth value as a text, which the schema takes all of them for."""
    if isinstance(part, dict):
        return {key: as_texts(value) for key, value in part.items()}
    if isinstance(part, list):
        return [as_texts(one) for one in part]
    return str(part).lower() if isinstance(part, (bool, int)) else part


def without_conditions(part: Any) -> Any:
    """A template with everything in it that a condition may put there."""
    if isinstance(part, dict):
        return {key: without_conditions(value) for key, value in part.items()}
    if isinstance(part, list):
        whole: list[Any] = []
        for one in part:
            if isinstance(one, dict) and next(iter(one)).startswith("${{ if "):
                whole += without_conditions(next(iter(one.values())))
            else:
                whole.append(without_conditions(one))
        return whole
    return part


if __name__ == "__main__":
    unittest.main()
