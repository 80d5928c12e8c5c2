/** What the sections of a pipeline say, gathered by running its text with nobody else to answer its calls. */
class Sections {
  /** The pipeline's own sections: environment, options, parameters, post. */
  final Map root = [environment: null, options: [:], parameters: [], post: [:]]
  /** The stages in their order: name, environment, when, steps, post. */
  final List<Map> stages = []

  /** Reads a text that Declaration has found nothing wrong with. */
  static Sections of(String text) {
    def sections = new Sections()
    def shell = new GroovyShell(Sections.classLoader)
    def script = shell.parse(text, 'Jenkinsfile')
    script.metaClass.pipeline = { Closure body -> sections.run(body, new RootSections(sections)) }
    script.run()
    sections
  }

  /** Runs a closure in which every name means what the delegate says. */
  static run(Closure body, Object delegate) {
    def copy = (Closure) body.clone()
    copy.delegate = delegate
    copy.resolveStrategy = Closure.DELEGATE_ONLY
    copy.call()
  }
}

class RootSections {
  private final Sections sections
  final Object any = 'any'
  final Object none = 'none'

  RootSections(Sections sections) { this.sections = sections }

  void agent(Object ignored) {}
  void environment(Closure body) { sections.root.environment = body }
  void options(Closure body) {
    Sections.run(body, new CallList({ name, named -> sections.root.options[name] = named }))
  }
  void post(Closure body) {
    Sections.run(body, new CallList({ name, block -> sections.root.post[name] = block }))
  }
  void parameters(Closure body) {
    Sections.run(body, new CallList({ kind, named -> sections.root.parameters << ([kind: kind] + named) }))
  }
  void stages(Closure body) { Sections.run(body, new StageList(sections.stages)) }
}

class StageList {
  private final List<Map> stages

  StageList(List<Map> stages) { this.stages = stages }

  void stage(String name, Closure body) {
    stages << StageSections.read(name, body)
  }
}

class StageSections {
  private final Map stage
  final Object any = 'any'

  StageSections(Map stage) { this.stage = stage }

  static Map read(String name, Closure body) {
    def stage = [
      name: name, agent: null, environment: null, when: null, input: null, steps: null, parallel: [], post: [:],
    ]
    Sections.run(body, new StageSections(stage))
    stage
  }

  void agent(Object agent) { stage.agent = agent }
  void options(Closure ignored) {}
  void input(Closure body) {
    stage.input = [:]
    Sections.run(body, new CallList({ name, value -> stage.input[name] = value }))
  }
  void parallel(Closure body) { Sections.run(body, new StageList(stage.parallel)) }
  void environment(Closure body) { stage.environment = body }
  void when(Closure body) {
    Sections.run(body, new CallList({ name, block -> if (name == 'expression') stage.when = block }))
  }
  void steps(Closure body) { stage.steps = body }
  void post(Closure body) { Sections.run(body, new CallList({ name, block -> stage.post[name] = block })) }
}

/** Takes note of calls, each with its only argument: a map of named ones, a closure, or nothing. */
class CallList {
  private final Closure note

  CallList(Closure note) { this.note = note }

  def methodMissing(String name, arguments) { note(name, arguments.length == 0 ? [:] : arguments[0]) }
}
