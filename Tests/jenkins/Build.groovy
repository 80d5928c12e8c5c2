import groovy.json.JsonSlurperClassic

import java.util.concurrent.CopyOnWriteArrayList

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
  final String jenkinsfile
  final Map parameters
  final BuildConsole console
  final List<Map> stages = new CopyOnWriteArrayList<>()
  final List<Map> tests = new CopyOnWriteArrayList<>()
  final List<Map> commands = new CopyOnWriteArrayList<>()
  final List<String> archived = new CopyOnWriteArrayList<>()
  /** The builds of other jobs that were asked for, with their parameters. */
  final List<Map> started = new CopyOnWriteArrayList<>()
  private volatile String worst = 'SUCCESS'
  private Sections sections
  /** Where in the pipeline a branch is: its stage, its environment, its workspace. Branches inherit it and part. */
  private final InheritableThreadLocal<Map> place = new InheritableThreadLocal<Map>()
  private final Map origin

  Build(Map request) {
    this.request = request
    def builds = new File(request.home, 'builds')
    number = ((builds.list() ?: []).collect { it as int }.max() ?: 0) + 1
    folder = new File(builds, "${number}")
    folder.mkdirs()
    place.set([workspace: workspace(1)])
    console = new BuildConsole(new File(folder, 'console.txt'))
    if (request.restart) {
      // A restart runs the text of the build that it continues, with its parameters, in a build of its own.
      def first = new File(builds, "${request.restart.build}")
      origin = new JsonSlurperClassic().parse(new File(first, 'build.json'), 'UTF-8')
      jenkinsfile = new File(first, 'Jenkinsfile').getText('UTF-8')
      parameters = origin.parameters
      FilePatterns.copyTree(new File(first, 'stashes'), new File(folder, 'stashes'))
    } else {
      jenkinsfile = new File(request.jenkinsfile).getText('UTF-8')
      parameters = request.parameters
    }
    new File(folder, 'Jenkinsfile').setText(jenkinsfile, 'UTF-8')
  }

  /** The workspace on the agent; a branch with an agent of its own gets another one. */
  private File workspace(int number) {
    def ending = number == 1 ? '' : "@${number}"
    def folder = new File(request.home, "agents/${request.agent}/workspace/${request.job}${ending}")
    folder.mkdirs()
    folder
  }

  /** The environment of the place in the pipeline that is being carried out. */
  Map<String, String> getEnvironment() { globals + place.get().environment }
  /** What the pipeline's Groovy has set for the whole build. */
  final Map<String, String> globals = [:].asSynchronized()
  /** The stage that is being carried out. */
  String getStage() { place.get().stage }
  File getWorkspace() { place.get().workspace }

  private void move(Map change) { place.set(place.get() + change) }

  /** Whether the pipeline asks for the shared library. */
  boolean getIsLibraryLoaded() { jenkinsfile.startsWith('@Library(') || jenkinsfile.contains('\n@Library(') }

  /** The run's name, as the steps of the pipeline see it. */
  String getTag() { "jenkins-${request.job.replace('/', '-')}-${number}" }

  void run(Sections sections) {
    this.sections = sections
    def known = sections.root.parameters*.name
    def unknown = (parameters ?: [:]).keySet() - known
    if (unknown) throw new IllegalArgumentException("the job has no parameter ${unknown}")
    if (origin) checkRestart()
    move(environment: agentEnvironment())
    StepFailed firstError = null
    withEnvironment(sections.root.environment) {
      def isSkipped = origin != null
      sections.stages.each { stage ->
        if (stage.name == request.restart?.stage) isSkipped = false
        if (isSkipped) {
          stages << [name: stage.name, status: 'SKIPPED_FOR_RESTART']
        } else if (firstError) {
          skip(stage)
        } else {
          firstError = carryOut(stage)
        }
      }
      move(stage: 'Declarative: Post Actions')
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
      stages: stages, tests: tests, commands: commands, archived: archived.unique(), started: started,
    ]
  }

  private void checkRestart() {
    def possible = origin.stages.findAll { it.status != 'SKIPPED_FOR_FAILURE' }*.name
    if (!(request.restart.stage in possible)) {
      def wish = request.restart.stage
      throw new IllegalArgumentException("build ${origin.number} cannot be restarted from ${wish}")
    }
  }

  private void skip(Map stage) {
    stages << [name: stage.name, status: 'SKIPPED_FOR_FAILURE']
    stage.parallel.each { skip(it) }
  }

  private StepFailed carryOut(Map stage) {
    move(stage: stage.name)
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
        error = attempt {
          if (stage.input) ask(stage.input)
          if (stage.parallel) carryOutBranches(stage.parallel)
          else Sections.run(stage.steps, new Steps(this))
        }
        move(stage: stage.name)
        error = runPost(stage.post, error)
      }
    }
    if (error) entry.status = error.result
    else if (entry.status == 'SUCCESS' && caught.containsKey(stage.name)) entry.status = caught[stage.name]
    error
  }

  /** What catchError has made of stages that went on. */
  final Map<String, String> caught = [:].asSynchronized()

  /** Asks as Jenkins does, and gets the answer that the request holds. */
  void ask(Map input) {
    console.say("${input.message}")
    def answer = request.inputs?.get(input.message)
    if (answer == null) throw new IllegalArgumentException("the request answers no \"${input.message}\"")
    if (answer != 'proceed') throw new StepFailed("Rejected by a user", 'ABORTED')
  }

  /** All branches at once; the first error in their order counts once all have ended. */
  private void carryOutBranches(List<Map> branches) {
    def errors = new StepFailed[branches.size()]
    def broken = new Throwable[branches.size()]
    def threads = branches.withIndex().collect { branch, index ->
      Thread.start {
        try {
          if (branch.agent != null) {
            def own = workspace(index + 2)
            move(workspace: own, environment: place.get().environment + [WORKSPACE: own.path, WORKSPACE_TMP: "${own.path}@tmp".toString()])
          }
          errors[index] = carryOut(branch)
        } catch (Throwable error) {
          broken[index] = error
        }
      }
    }
    threads*.join()
    def bug = broken.find { it != null }
    if (bug) throw bug
    def error = errors.find { it != null }
    if (error) throw error
  }

  /** Runs the conditions that are met, in Jenkins' order; the first error is the one that counts. */
  private StepFailed runPost(Map post, StepFailed error) {
    Declaration.CONDITIONS.findAll { post.containsKey(it) }.each { condition ->
      // Steps of a post block see the result that the error will bring about.
      move(coming: error?.result)
      if (isMet(condition)) {
        def more = attempt { Sections.run(post[condition], new Steps(this)) }
        if (more) console.say("Error when executing ${condition} post condition: ${more.message}")
        if (more && error == null) error = more
      }
    }
    move(coming: null)
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

  /** What the build has come to, as it is seen from this place. */
  String getResult() { worseOf(worst, place.get()?.coming ?: 'SUCCESS') }

  /** Results only get worse. */
  synchronized void worsen(String worse) { worst = worseOf(worst, worse) }

  private static String worseOf(String one, String other) {
    RESULTS.indexOf(other) > RESULTS.indexOf(one) ? other : one
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
    // Not what Groovy has set for the whole build: it may be set anew inside.
    def before = place.get().environment
    move(environment: before + entries.collectEntries { name, value -> [(name): "${value}".toString()] })
    try {
      body()
    } finally {
      move(environment: before)
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
