import org.codehaus.groovy.ast.CodeVisitorSupport
import org.codehaus.groovy.ast.expr.*
import org.codehaus.groovy.ast.stmt.*
import org.codehaus.groovy.control.CompilationUnit
import org.codehaus.groovy.control.CompilePhase
import org.codehaus.groovy.control.MultipleCompilationErrorsException
import org.codehaus.groovy.syntax.Types

/**
 * What the text of a Jenkinsfile has to look like before anything of it is carried out.
 *
 * Jenkins reads a declarative pipeline as syntax, not as a program, and so does this: what parses as
 * something else than a section is an error, although Groovy could run it. Only the sections, options,
 * conditions and steps that Build carries out are let by.
 */
class Declaration {
  static final Map SECTIONS = [
    pipeline: ['agent', 'parameters', 'environment', 'options', 'stages', 'post'],
    stage: ['agent', 'options', 'input', 'environment', 'when', 'steps', 'parallel', 'post'],
  ]
  /** In the order in which Jenkins looks at them. */
  static final List CONDITIONS = [
    'always', 'aborted', 'success', 'unsuccessful', 'unstable', 'failure', 'cleanup',
  ]
  static final Map OPTIONS = [
    disableConcurrentBuilds: ['abortPrevious'], skipDefaultCheckout: [], skipStagesAfterUnstable: [],
    timeout: ['time', 'unit', 'activity'], timestamps: [], preserveStashes: ['buildCount'],
  ]
  static final Map PARAMETERS = [
    string: ['name', 'defaultValue', 'description', 'trim'],
    booleanParam: ['name', 'defaultValue', 'description'],
  ]
  /** The named arguments of each step; the first is the one that may stand alone. */
  static final Map STEPS = [
    sh: ['script', 'label', 'returnStdout', 'returnStatus'], echo: ['message'], error: ['message'],
    unstable: ['message'], stash: ['name', 'includes', 'excludes', 'allowEmpty', 'useDefaultExcludes'],
    unstash: ['name'], junit: ['testResults', 'allowEmptyResults'],
    archiveArtifacts: ['artifacts', 'allowEmptyArchive', 'fingerprint'], script: [],
    build: ['job', 'parameters', 'wait', 'propagate'], withEnv: ['overrides'],
    catchError: ['message', 'buildResult', 'stageResult', 'catchInterruptions'],
  ]
  /** Those that stand around others. */
  static final List BLOCKS = ['withEnv', 'catchError']
  static final List INPUTS = ['message', 'id', 'ok', 'submitter', 'submitterParameter']
  static final List UNITS = ['SECONDS', 'MINUTES', 'HOURS', 'DAYS']

  private final List<String> errors = []
  private final Set<String> secrets = []
  private boolean isAgentNeeded = false
  /** The steps of the shared library, which check their arguments themselves. */
  private List<String> library = []

  /** Everything that is wrong with a Jenkinsfile, each with its line; empty if nothing is. */
  static List<String> errors(String text, String libraryFolder = null) {
    def unit = new CompilationUnit()
    unit.addSource('Jenkinsfile', text)
    try {
      unit.compile(CompilePhase.CONVERSION.phaseNumber)
    } catch (MultipleCompilationErrorsException error) {
      return [error.message]
    }
    def declaration = new Declaration()
    if (libraryFolder != null) declaration.readLibrary(new File(libraryFolder, 'vars'))
    declaration.checkModule(unit.AST.modules[0].statementBlock)
    declaration.errors
  }

  private void readLibrary(File folder) {
    library = folder.listFiles().findAll { it.name.endsWith('.groovy') }.collect { it.name - '.groovy' }
  }

  private void checkModule(BlockStatement module) {
    module.visit(new CodeVisitorSupport() {
      void visitBinaryExpression(BinaryExpression it) {
        def call = it.rightExpression
        if (isCredential(call)) secrets << it.leftExpression.text
        super.visitBinaryExpression(it)
      }
    })
    def isLibrary = isLibraryLine(module.statements.isEmpty() ? null : module.statements[0])
    if (!isLibrary) library = []
    def blocks = module.statements.drop(isLibrary ? 1 : 0).collect { block(it) }
    if (blocks.size() != 1 || blocks[0]?.name != 'pipeline') {
      report(module, 'a declarative Jenkinsfile is one pipeline block and nothing else')
      return
    }
    checkSections(blocks[0], 'pipeline', ['agent', 'stages'])
  }

  /** `@Library('astra-steps') _` */
  private static boolean isLibraryLine(Statement statement) {
    def declaration = statement instanceof ExpressionStatement ? statement.expression : null
    if (!(declaration instanceof DeclarationExpression)) return false
    declaration.variableExpression.name == '_' && declaration.annotations*.classNode*.name == ['Library']
  }

  private void checkSections(Map owner, String kind, List required) {
    def seen = [] as Set
    statements(owner.body).each { statement ->
      def call = plainCall(statement)
      if (call == null || !(call.methodAsString in SECTIONS[kind])) {
        report(statement, "Undefined section in ${kind}: ${text(statement)}")
        return
      }
      def name = call.methodAsString
      if (!seen.add(name)) report(statement, "Multiple occurrences of the ${name} section")
      if (name == 'agent') return checkAgent(call, kind)
      def inner = block(statement)
      if (inner == null) return report(statement, "Expected a block for ${name}")
      if (statements(inner.body).isEmpty()) return report(statement, "${name} can not be empty")
      switch (name) {
        case 'parameters': checkCalls(inner, PARAMETERS, 'parameter', true); break
        case 'environment': checkEnvironment(inner); break
        case 'options': checkOptions(inner); break
        case 'stages': checkStages(inner); break
        case 'when': checkWhen(inner); break
        case 'input': checkInput(inner); break
        case 'parallel': checkStages(inner); break
        case 'steps': checkSteps(inner.body); break
        case 'post': checkPost(inner); break
      }
    }
    (required - seen).each { report(owner.node, "Missing required section \"${it}\"") }
    if (kind == 'stage' && seen.count { it in ['steps', 'parallel'] } != 1) {
      report(owner.node, 'Expected one of "steps" or "parallel"')
    }
    if (kind == 'stage' && isAgentNeeded && 'steps' in seen && !('agent' in seen)) {
      report(owner.node, 'the pipeline has no agent, and this stage runs programs: it needs one')
    }
  }

  /** With `agent none` at the top, each stage that runs steps needs an agent of its own. */
  private void checkAgent(MethodCallExpression call, String kind) {
    def arguments = argumentsOf(call)
    def only = arguments.size() == 1 ? arguments[0] : null
    if (kind == 'pipeline' && only instanceof VariableExpression && only.name == 'none') {
      isAgentNeeded = true
      return
    }
    if (only instanceof VariableExpression && only.name == 'any') return
    if (only instanceof ClosureExpression) {
      def labels = statements(only).collect { plainCall(it) }
      if (labels.size() == 1 && labels[0]?.methodAsString == 'label') return
    }
    report(call, 'the agent is "any" or { label \'...\' }: each stage here runs programs')
  }

  private void checkEnvironment(Map owner) {
    def seen = [] as Set
    statements(owner.body).each { statement ->
      def assignment = statement instanceof ExpressionStatement ? statement.expression : null
      if (!(assignment instanceof BinaryExpression) || assignment.operation.type != Types.EQUAL
        || !(assignment.leftExpression instanceof VariableExpression)) {
        return report(statement, "not a valid environment expression: ${text(statement)}")
      }
      def name = assignment.leftExpression.name
      if (!(name ==~ /[A-Za-z_][A-Za-z0-9_]*/)) report(statement, "\"${name}\" is not a valid identifier")
      if (!seen.add(name)) report(statement, "Duplicate environment variable name: \"${name}\"")
      def value = assignment.rightExpression
      def isConstant = value instanceof ConstantExpression && value.value instanceof String
      if (!isConstant && !(value instanceof GStringExpression) && !isCredential(value)) {
        report(statement, "Environment variable values must be quoted or credentials(...): ${name}")
      }
    }
  }

  private void checkOptions(Map owner) {
    checkCalls(owner, OPTIONS, 'option', false)
    calls(owner).each { call ->
      def named = namedArguments(call)
      if (call.methodAsString == 'timeout') {
        if (!(named.time?.text?.isInteger())) report(call, 'timeout needs a time that is a number')
        def unit = named.unit?.text
        if (unit != null && !(unit in UNITS)) report(call, "timeout has no unit ${unit}")
      }
      def count = named.buildCount
      if (count != null && !(count.text.isInteger() && (1..50).contains(count.text as int))) {
        report(call, 'buildCount must be between 1 and 50')
      }
    }
  }

  private void checkCalls(Map owner, Map known, String kind, boolean isRepeatable) {
    def seen = [] as Set
    statements(owner.body).each { statement ->
      def call = plainCall(statement)
      def name = call?.methodAsString
      if (!(known.containsKey(name))) return report(statement, "Invalid ${kind}: ${text(statement)}")
      checkNames(call, known[name])
      def named = namedArguments(call)
      def key = isRepeatable ? named.name?.text : name
      if (!seen.add(key)) report(statement, "Duplicate ${kind} name: \"${key}\"")
      def value = named.defaultValue
      def wanted = name == 'string' ? String : Boolean
      if (value != null && !(value instanceof ConstantExpression && wanted.isInstance(value.value))) {
        report(statement, "Wrong type of defaultValue: ${value.text}")
      }
    }
  }

  private void checkStages(Map owner) {
    def seen = [] as Set
    statements(owner.body).each { statement ->
      def stage = block(statement)
      def name = stage?.argument
      if (stage?.name != 'stage' || !(name instanceof ConstantExpression)) {
        return report(statement, 'Expected a stage')
      }
      if (!seen.add(name.value)) report(statement, "Duplicate stage name: \"${name.value}\"")
      checkSections(stage, 'stage', [])
    }
  }

  private void checkWhen(Map owner) {
    statements(owner.body).each {
      def isOrder = plainCall(it)?.methodAsString in ['beforeInput', 'beforeAgent']
      if (!isOrder && block(it)?.name != 'expression') report(it, "Unknown conditional: ${text(it)}")
    }
  }

  private void checkInput(Map owner) {
    def names = statements(owner.body).collect { statement ->
      def name = plainCall(statement)?.methodAsString
      if (!(name in INPUTS)) report(statement, "Invalid option of input: ${text(statement)}")
      name
    }
    if (!('message' in names)) report(owner.node, 'input needs a message')
  }

  private void checkPost(Map owner) {
    def seen = [] as Set
    statements(owner.body).each { statement ->
      def condition = block(statement)
      if (!(condition?.name in CONDITIONS)) {
        return report(statement, "The 'post' section can only contain build condition names with blocks, "
          + "one on each line: ${text(statement)}")
      }
      if (!seen.add(condition.name)) report(statement, "Duplicate build condition name: ${condition.name}")
      checkSteps(condition.body)
    }
  }

  private void checkSteps(ClosureExpression body) {
    if (statements(body).isEmpty()) report(body, 'No steps specified')
    statements(body).each { statement ->
      def call = plainCall(statement)
      def name = call?.methodAsString
      if (!STEPS.containsKey(name) && !library.contains(name)) {
        return report(statement, "Invalid step: ${text(statement)}")
      }
      checkSecrets(call)
      if (name == 'script' || library.contains(name)) return
      checkNames(call, STEPS[name])
      if (name in BLOCKS) {
        def inner = argumentsOf(call).last()
        return inner instanceof ClosureExpression ? checkSteps(inner) : report(statement, "${name} needs a block")
      }
      if (argumentsOf(call).any { it instanceof ClosureExpression }) {
        report(statement, "${name} takes no block")
      }
    }
  }

  private void checkNames(MethodCallExpression call, List known) {
    (namedArguments(call).keySet() - known).each {
      report(call, "Invalid parameter \"${it}\" of ${call.methodAsString}")
    }
  }

  /** No secret is put into the text of a script by Groovy: it would stand in a file, and in arguments. */
  private void checkSecrets(MethodCallExpression call) {
    def names = secrets.collectMany { [it, it + '_USR', it + '_PSW'] }
    def found = { String name, node ->
      if (name in names) report(node, "A secret (${name}) was passed to a step by Groovy interpolation")
    }
    call.visit(new CodeVisitorSupport() {
      void visitVariableExpression(VariableExpression it) { found(it.name, it) }
      void visitPropertyExpression(PropertyExpression it) {
        found(it.propertyAsString, it)
        super.visitPropertyExpression(it)
      }
    })
  }

  // Syntax.

  private static List<Statement> statements(ClosureExpression body) {
    body.code instanceof BlockStatement ? body.code.statements : [body.code]
  }

  private static List<MethodCallExpression> calls(Map owner) {
    statements(owner.body).collect { plainCall(it) }.findAll { it != null }
  }

  private static boolean isCredential(Expression value) {
    value instanceof MethodCallExpression && value.methodAsString == 'credentials'
  }

  /** A call of a bare name; null for everything else, such as a call on the result of another. */
  private static MethodCallExpression plainCall(Statement statement) {
    def call = statement instanceof ExpressionStatement ? statement.expression : null
    call instanceof MethodCallExpression && call.implicitThis && call.methodAsString != null ? call : null
  }

  /** A call whose last argument is a closure, with at most one before it. */
  private static Map block(Statement statement) {
    def call = plainCall(statement)
    def arguments = call == null ? [] : argumentsOf(call)
    def body = arguments.isEmpty() ? null : arguments.last()
    if (arguments.size() > 2 || !(body instanceof ClosureExpression)) return null
    def argument = arguments.size() == 2 ? arguments[0] : null
    [name: call.methodAsString, argument: argument, body: body, node: call]
  }

  private static List<Expression> argumentsOf(MethodCallExpression call) {
    def arguments = call.arguments
    arguments instanceof TupleExpression ? arguments.expressions : [arguments]
  }

  private static Map<String, Expression> namedArguments(MethodCallExpression call) {
    argumentsOf(call).findAll { it instanceof MapExpression }.collectMany { it.mapEntryExpressions }
      .collectEntries { [(it.keyExpression.text): it.valueExpression] }
  }

  private static String text(Statement statement) {
    def text = statement instanceof ExpressionStatement ? statement.expression.text : statement.text
    text.length() > 80 ? text[0..79] + '...' : text
  }

  private void report(node, String message) { errors << "line ${node.lineNumber}: ${message}".toString() }
}
