import groovy.json.JsonSlurper

/** A step ended badly, and with it its stage. */
class StepFailed extends RuntimeException {
  /** FAILURE or ABORTED. */
  final String result

  StepFailed(String message, String result = 'FAILURE') {
    super(message)
    this.result = result
  }
}

/** One build of a job: its stages in their order, and what comes of them. */
class Build {
  static final List RESULTS = ['SUCCESS', 'UNSTABLE', 'FAILURE', 'NOT_BUILT', 'ABORTED']

  final Map request
  final int number
  /** Where the build keeps its console, stashes, artifacts and summary. */
  final File folder
  final File workspace
  final String jenkinsfile
  final Map parameters
  final BuildConsole console
  final List<Map> stages = []
  final List<Map> tests = []
  final List<Map> commands = []
  final List<String> archived = []
  /** The environment of the place in the pipeline that is being carried out. */
  Map<String, String> environment
  /** The stage that is being carried out. */
  String stage
  String result = 'SUCCESS'
  private Sections sections
  private final Map origin

  Build(Map request) {
    this.request = request
    def builds = new File(request.home, 'builds')
    number = ((builds.list() ?: []).collect { it as int }.max() ?: 0) + 1
    folder = new File(builds, "${number}")
    folder.mkdirs()
    workspace = new File(request.home, "agents/${request.agent}/workspace/${request.job}")
    workspace.mkdirs()
    console = new BuildConsole(new File(folder, 'console.txt'))
    if (request.restart) {
      // A restart runs the text of the build that it continues, with its parameters, in a build of its own.
      def first = new File(builds, "${request.restart.build}")
      origin = new JsonSlurper().parse(new File(first, 'build.json'), 'UTF-8')
      jenkinsfile = new File(first, 'Jenkinsfile').getText('UTF-8')
      parameters = origin.parameters
      FilePatterns.copyTree(new File(first, 'stashes'), new File(folder, 'stashes'))
    } else {
      jenkinsfile = new File(request.jenkinsfile).getText('UTF-8')
      parameters = request.parameters
    }
    new File(folder, 'Jenkinsfile').setText(jenkinsfile, 'UTF-8')
  }

  /** The run's name, as the steps of the pipeline see it. */
  String getTag() { "jenkins-${request.job.replace('/', '-')}-${number}" }

  void run(Sections sections) {
    this.sections = sections
    def known = sections.root.parameters*.name
    def unknown = (parameters ?: [:]).keySet() - known
    if (unknown) throw new IllegalArgumentException("the job has no parameter ${unknown}")
    if (origin) checkRestart()
    environment = agentEnvironment()
    StepFailed firstError = null
    withEnvironment(sections.root.environment) {
      def isSkipped = origin != null
      sections.stages.each { stage ->
        if (stage.name == request.restart?.stage) isSkipped = false
        if (isSkipped) {
          stages << [name: stage.name, status: 'SKIPPED_FOR_RESTART']
        } else if (firstError) {
          stages << [name: stage.name, status: 'SKIPPED_FOR_FAILURE']
        } else {
          firstError = carryOut(stage)
        }
      }
      this.stage = 'Declarative: Post Actions'
      firstError = runPost(sections.root.post, firstError)
    }
    if (firstError) {
      worsen(firstError.result)
      console.say("ERROR: ${firstError.message}")
    }
    console.say("Finished: ${result}")
    clearStashes()
  }

  /** What tests look at afterwards. */
  Map getSummary() {
    [
      number: number, tag: tag, result: result, parameters: parameters, options: sections.root.options,
      stages: stages, tests: tests, commands: commands, archived: archived.unique(),
    ]
  }

  private void checkRestart() {
    def possible = origin.stages.findAll { it.status != 'SKIPPED_FOR_FAILURE' }*.name
    if (!(request.restart.stage in possible)) {
      def wish = request.restart.stage
      throw new IllegalArgumentException("build ${origin.number} cannot be restarted from ${wish}")
    }
  }

  private StepFailed carryOut(Map stage) {
    this.stage = stage.name
    def entry = [name: stage.name, status: 'SUCCESS']
    stages << entry
    console.say("[Pipeline] stage (${stage.name})")
    StepFailed error = null
    withEntries([STAGE_NAME: stage.name]) {
      // The condition comes before the stage's environment: what a skipped stage needs may be missing.
      if (stage.when && !Sections.run(stage.when, new Steps(this))) {
        entry.status = 'SKIPPED_FOR_CONDITION'
        console.say("Stage \"${stage.name}\" skipped due to when conditional")
        return
      }
      withEnvironment(stage.environment) {
        error = attempt { Sections.run(stage.steps, new Steps(this)) }
        error = runPost(stage.post, error)
      }
    }
    if (error) entry.status = error.result
    error
  }

  /** Runs the conditions that are met, in Jenkins' order; the first error is the one that counts. */
  private StepFailed runPost(Map post, StepFailed error) {
    Declaration.CONDITIONS.findAll { post.containsKey(it) }.each { condition ->
      def before = result
      // Steps of a post block see the result that the error will bring about.
      if (error) worsen(error.result)
      def logical = result
      if (isMet(condition)) {
        def more = attempt { Sections.run(post[condition], new Steps(this)) }
        if (more) console.say("Error when executing ${condition} post condition: ${more.message}")
        if (more && error == null) error = more
      }
      if (result == logical) result = before
    }
    error
  }

  private boolean isMet(String condition) {
    switch (condition) {
      case ['always', 'cleanup']: return true
      case 'unsuccessful': return result != 'SUCCESS'
      default: return result == condition.toUpperCase()
    }
  }

  private static StepFailed attempt(Closure body) {
    try {
      body()
      return null
    } catch (StepFailed error) {
      return error
    }
  }

  /** Results only get worse. */
  void worsen(String worse) {
    if (RESULTS.indexOf(worse) > RESULTS.indexOf(result)) result = worse
  }

  // The environment.

  private Map<String, String> agentEnvironment() {
    def values = [:] + request.environment
    values += [
      CI: 'true', JOB_NAME: request.job, JOB_BASE_NAME: request.job.tokenize('/').last(),
      BUILD_NUMBER: "${number}", BUILD_ID: "${number}", BUILD_TAG: tag, BUILD_DISPLAY_NAME: "#${number}",
      EXECUTOR_NUMBER: '0', NODE_NAME: request.agent, WORKSPACE: workspace.path, WORKSPACE_TMP: "${workspace.path}@tmp",
    ]
    // The first build of a job has no parameters in its environment, not even their defaults.
    if (parameters != null) values += params
    values.collectEntries { name, value -> [(name): "${value}".toString()] }
  }

  /** The parameters as the pipeline's Groovy sees them: with their defaults, in every build. */
  Map<String, Object> getParams() {
    sections.root.parameters.collectEntries {
      def given = parameters?.get(it.name)
      def value = given == null ? it.defaultValue : given
      if (it.kind == 'booleanParam') return [(it.name): "${value}" == 'true']
      [(it.name): it.trim ? "${value}".trim() : "${value}".toString()]
    }
  }

  void withEntries(Map entries, Closure body) {
    def before = environment
    environment = before + entries.collectEntries { name, value -> [(name): "${value}".toString()] }
    try {
      body()
    } finally {
      environment = before
    }
  }

  private void withEnvironment(Closure declared, Closure body) {
    def values = new EnvironmentSection(this)
    if (declared) Sections.run(declared, values)
    withEntries(values.entries, body)
  }

  // Stashes.

  /** Without preserveStashes they end with the build; with it, they are kept for that many. */
  private void clearStashes() {
    def kept = sections.root.options.preserveStashes
    def count = kept == null ? 0 : (kept.buildCount ?: 1)
    new File(request.home, 'builds').listFiles().findAll { (it.name as int) <= number - count }.each {
      new File(it, 'stashes').deleteDir()
    }
  }
}

/** Gathers `NAME = value` lines, and looks up the credentials among them. */
class EnvironmentSection {
  final Map<String, Object> entries = [:]
  private final Build build

  EnvironmentSection(Build build) { this.build = build }

  void setProperty(String name, Object value) {
    if (value == null) throw new StepFailed("One or more variables have issues with their values: ${name}")
    entries[name] = value
  }

  def getProperty(String name) {
    if (name == 'entries') return this.@entries
    if (name == 'params') return build.params
    if (name == 'env') return build.environment
    entries.containsKey(name) ? entries[name] : build.environment[name]
  }

  String credentials(String id) {
    def credential = build.request.credentials[id]
    if (credential == null) throw new StepFailed("Could not find credentials entry with ID '${id}'")
    if (credential.file) return credential.file
    build.console.mask(credential.text)
    credential.text
  }
}
