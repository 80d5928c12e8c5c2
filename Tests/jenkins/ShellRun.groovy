import java.util.concurrent.TimeUnit

/** One script, run as Jenkins runs it: `sh -xe` on a file, no standard input, both streams in one file. */
class ShellRun {
  /** How long Jenkins waits for a process to follow SIGTERM before it goes on to that one's parent. */
  static final long SOFT_KILL_MILLISECONDS = 5_000
  /** How long Jenkins waits for the script after an abort before it takes it for finished. */
  static final long GIVE_UP_MILLISECONDS = 20_000

  /** What the script wrote on standard output, if that was asked for. */
  String output = ''
  boolean isAborted = false
  private final Build build
  private final String script
  private final boolean isOutputKept

  ShellRun(Build build, String script, boolean isOutputKept) {
    this.build = build
    this.script = script
    this.isOutputKept = isOutputKept
  }

  /** Runs the script to its end, or until it is given up after an abort. */
  int code() {
    def folder = File.createTempDir('durable-', '')
    try {
      def file = new File(folder, 'script.sh')
      file.setText(script, 'UTF-8')
      def log = new File(folder, 'jenkins-log.txt')
      def kept = new File(folder, 'output.txt')
      def builder = new ProcessBuilder(['sh', '-xe', file.path])
      builder.directory(build.workspace)
      builder.environment().clear()
      builder.environment().putAll(build.environment + [JENKINS_SERVER_COOKIE: cookie])
      builder.redirectInput(new File('/dev/null'))
      if (isOutputKept) {
        builder.redirectOutput(kept).redirectError(log)
      } else {
        builder.redirectErrorStream(true).redirectOutput(log)
      }
      def code = wait(builder.start(), log)
      build.console.append(log.getText('UTF-8'))
      if (isOutputKept) output = kept.getText('UTF-8')
      return code
    } finally {
      folder.deleteDir()
    }
  }

  /** Everything that works in this workspace has the same one, whichever script started it. */
  private String getCookie() { "durable-${Integer.toHexString(build.workspace.path.hashCode())}" }

  private int wait(Process process, File log) {
    def abort = build.request.abort
    def isAwaited = abort != null && abort.stage == build.stage
    while (!process.waitFor(20, TimeUnit.MILLISECONDS)) {
      if (!isAwaited || !log.getText('UTF-8').contains(abort.when)) continue
      build.console.say('Aborted by a user\nSending interrupt signal to process')
      isAborted = true
      terminate()
      if (process.waitFor(GIVE_UP_MILLISECONDS, TimeUnit.MILLISECONDS)) break
      build.console.say('After 20s process did not stop')
      return -1
    }
    process.exitValue()
  }

  /** SIGTERM to each process of the script, children before their parents, with time for each to follow. */
  private void terminate() {
    def own = processes().findAll { it.cookie }
    own.sort { a, b -> b.depth <=> a.depth }.each { signal(it.id) }
  }

  private static void signal(String id) {
    new ProcessBuilder(['sh', '-c', "kill -TERM ${id}".toString()]).start().waitFor()
    def end = System.nanoTime() + SOFT_KILL_MILLISECONDS * 1_000_000
    while (new File("/proc/${id}").exists() && System.nanoTime() < end) Thread.sleep(20)
  }

  private List<Map> processes() {
    def parents = [:]
    def found = new File('/proc').list().findAll { it.isInteger() }.collect { id ->
      try {
        // The name stands in brackets and may hold anything; the parent is the second field behind it.
        def status = new File("/proc/${id}/stat").text
        parents[id] = status.substring(status.lastIndexOf(')') + 2).split(' ')[1]
        def environment = new File("/proc/${id}/environ").text.split('\0')
        return [id: id, cookie: environment.contains("JENKINS_SERVER_COOKIE=${cookie}".toString())]
      } catch (IOException gone) {
        return [id: id, cookie: false]
      }
    }
    found.each { process ->
      process.depth = 0
      for (def id = process.id; parents[id] != null; id = parents[id]) process.depth += 1
    }
    found
  }
}
