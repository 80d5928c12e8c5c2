import groovy.json.JsonOutput
import groovy.json.JsonSlurperClassic

// Carries out a declarative Jenkinsfile as far as this project's tests need it:
//
//   groovy -cp Tests/jenkins Tests/jenkins/RunPipeline.groovy REQUEST.json   (the tests compile it first)
//
// The request says:
//   jenkinsfile   the file to run
//   home          a folder that stands for Jenkins: builds/N/..., agents/NAME/workspace/JOB
//   job, agent    names; the agent is the machine that the steps run on
//   environment   what the agent has in its environment, PATH included
//   credentials   id: {"text": ...} or {"file": ...}
//   parameters    name: value; absent for the first build of a job, which knows none
//   restart       {"build": N, "stage": name}: goes on from a stage with that build's parameters and stashes
//   sharedLibrary the folder of the shared library, for @Library; inputs   message: "proceed" or "abort"
//   abort         {"stage": name, "when": text}: a user's abort once the console of that stage shows the text
//
// With --check and some files instead, it says what is wrong with each, and runs none.
//
// It writes builds/N/console.txt and builds/N/build.json, prints N, and ends with 0 whatever the result of the
// build is, with 3 when the Jenkinsfile is not one that Jenkins would take.

if (args[0] == '--check') {
  def found = args.drop(1).collectMany { path ->
    Declaration.errors(new File(path).getText('UTF-8'), System.getenv('LIBRARY')).collect { "${path}: ${it}" }
  }
  found.each { println it }
  System.exit(found ? 3 : 0)
}

// Plain maps: those of JsonSlurper fill themselves at the first look, and lose entries when two branches look at once.
def request = new JsonSlurperClassic().parse(new File(args[0]), 'UTF-8')
def build = new Build(request)
def text = build.jenkinsfile
def errors = Declaration.errors(text, request.sharedLibrary)
if (errors) {
  System.err.println(errors.join('\n'))
  System.exit(3)
}
build.run(Sections.of(text))
def summary = JsonOutput.prettyPrint(JsonOutput.toJson(build.summary))
new File(build.folder, 'build.json').setText(summary, 'UTF-8')
println build.number
