/** The steps that a pipeline may call, carried out for one build. */
class Steps {
  private final Build build

  Steps(Build build) { this.build = build }

  /** What is set in it stands for the whole build, beneath what a stage or a block says. */
  Map getEnv() { new BuildEnvironment(build) }
  Map getParams() { build.params.asImmutable() }
  /** What the build has come to so far. */
  Map getCurrentBuild() { [currentResult: build.result, number: build.number].asImmutable() }

  def script(Closure body) { Sections.run(body, this) }

  // Steps around others. What a library's script puts into them means what it means there.

  def withEnv(List<String> variables, Closure body) {
    def entries = variables.collectEntries { def (name, value) = "${it}".split('=', 2); [(name): value] }
    build.withEntries(entries) { inside(body) }
  }

  def withCredentials(List<Map> bindings, Closure body) {
    def values = new EnvironmentSection(build)
    build.withEntries(bindings.collectEntries { [(it.variable): values.credentials(it.credentialsId)] }) {
      inside(body)
    }
  }

  def catchError(Map named = [:], Closure body) {
    try {
      inside(body)
    } catch (StepFailed error) {
      if (error.result == 'ABORTED' && named.catchInterruptions == false) throw error
      build.console.say("ERROR: ${error.message}")
      build.worsen(named.buildResult ?: 'FAILURE')
      build.caught[build.stage] = named.stageResult ?: 'SUCCESS'
    }
  }

  /** A closure of the pipeline knows its names from here; one of a library's script knows its own. */
  private inside(Closure body) {
    body.thisObject instanceof LibraryStep ? body.call() : Sections.run(body, this)
  }

  /** A binding of a secret text, or a parameter of another job: the same word for both. */
  Map string(Map named) { named }
  /** A binding of a secret file. */
  Map file(Map named) { named }
  Map booleanParam(Map named) { named }

  boolean fileExists(String path) { new File(build.workspace, path).exists() }
  String readFile(Object given) { new File(build.workspace, text('file', given)).getText('UTF-8') }

  void writeFile(Map named) {
    def file = new File(build.workspace, named.file)
    file.parentFile.mkdirs()
    file.setText("${named.text}", 'UTF-8')
  }

  /** Another job is started; the request's tests carry it out. */
  void build(Map named) {
    def values = (named.parameters ?: []).collectEntries { [(it.name): "${it.value}".toString()] }
    build.started << [job: named.job, wait: named.wait != false, parameters: values]
    build.console.say("Scheduling project: ${named.job}")
  }

  void echo(Object message) { build.console.say(text('message', message)) }
  void error(Object message) { throw new StepFailed(text('message', message)) }

  void unstable(Object message) {
    build.console.say("WARNING: ${text('message', message)}")
    build.worsen('UNSTABLE')
  }

  def sh(Object given) {
    def named = given instanceof Map ? given : [script: given]
    def script = "${named.script}".toString()
    if (build.console.wouldMask(script)) throw new StepFailed('a secret stands in the text of a script')
    if (named.returnStdout && named.returnStatus) throw new StepFailed('both returnStdout and returnStatus')
    def run = new ShellRun(build, script, named.returnStdout == true)
    def code = run.code()
    build.commands << [stage: build.stage, script: script.trim(), code: code]
    if (run.isAborted) throw new StepFailed('Aborted by a user', 'ABORTED')
    if (named.returnStatus) return code
    if (code != 0) throw new StepFailed("script returned exit code ${code}")
    named.returnStdout ? run.output : null
  }

  void stash(Map named) {
    def target = new File(build.folder, "stashes/${named.name}")
    if (target.exists()) build.console.say("Warning: overwriting stash '${named.name}'")
    target.deleteDir()
    def paths = FilePatterns.matching(build.workspace, named.includes ?: '**')
    if (paths.isEmpty() && !named.allowEmpty) {
      throw new StepFailed("No files included in stash '${named.name}'")
    }
    paths.each { FilePatterns.copy(new File(build.workspace, it), new File(target, it)) }
    build.console.say("Stashed ${paths.size()} file(s)")
  }

  void unstash(Object name) {
    def source = new File(build.folder, "stashes/${text('name', name)}")
    if (!source.isDirectory()) throw new StepFailed("No such saved stash '${text('name', name)}'")
    FilePatterns.copyTree(source, build.workspace)
  }

  void archiveArtifacts(Object given) {
    def paths = FilePatterns.matching(build.workspace, text('artifacts', given))
    def isOptional = given instanceof Map && given.allowEmptyArchive
    if (paths.isEmpty() && !isOptional) throw new StepFailed('No artifacts found that match the file pattern')
    paths.each { FilePatterns.copy(new File(build.workspace, it), new File(build.folder, "archive/${it}")) }
    build.archived.addAll(paths)
  }

  void junit(Object given) {
    def pattern = text('testResults', given)
    def paths = FilePatterns.matching(build.workspace, pattern)
    if (paths.isEmpty()) {
      build.console.say("No test report files were found. Configuration error? (${pattern})")
      // A build that has failed already is not failed again for it.
      if (build.result == 'FAILURE' || (given instanceof Map && given.allowEmptyResults)) return
      throw new StepFailed('No test report files were found. Configuration error?')
    }
    def found = paths.collect {
      [stage: build.stage, file: it] + ReportFile.read(new File(build.workspace, it))
    }
    build.tests.addAll(found)
    if (found.every { it.cases.isEmpty() }) {
      throw new StepFailed('None of the test reports contained any result')
    }
    if (found.any { report -> report.cases.any { it.status == 'FAILED' } }) build.worsen('UNSTABLE')
  }

  def methodMissing(String name, arguments) {
    def script = build.isLibraryLoaded ? LibraryStep.named(name, this, build.request.sharedLibrary) : null
    if (script != null) return script.invokeMethod('call', arguments)
    throw new StepFailed("No such DSL method '${name}' found among steps")
  }

  /** The argument of that name, or the only one. */
  private static String text(String name, Object given) { "${given instanceof Map ? given[name] : given}" }
}

/** The variables as the pipeline's Groovy sees them, and may set them. */
class BuildEnvironment extends AbstractMap<String, String> {
  private final Build build

  BuildEnvironment(Build build) { this.build = build }

  Set<Map.Entry<String, String>> entrySet() { build.environment.entrySet() }

  String put(String name, String value) {
    def before = build.environment[name]
    build.globals[name] = value
    before
  }
}

/** A JUnit file as Jenkins reads it: a case is what its first telling child makes it. */
class ReportFile {
  static Map read(File file) {
    def root
    try {
      root = new XmlSlurper().parse(file)
    } catch (org.xml.sax.SAXException error) {
      return [suite: file.name, cases: [[name: '[failed-to-read]', status: 'FAILED', message: error.message]]]
    }
    def suites = root.name() == 'testsuite' ? [root] : root.testsuite.list()
    def cases = suites.collectMany { it.testcase.list() }.collect { readCase(it) }
    [suite: suites.collect { it.@name.text() }.join(', '), cases: cases]
  }

  private static Map readCase(Object testcase) {
    def telling = ['skipped', 'error', 'failure'].collect { testcase[it] }.find { !it.isEmpty() }
    def status = telling == null ? 'PASSED' : telling.name() == 'skipped' ? 'SKIPPED' : 'FAILED'
    [name: testcase.@name.text(), status: status, message: telling == null ? '' : telling.@message.text()]
  }
}
