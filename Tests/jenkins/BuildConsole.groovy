import java.util.concurrent.CopyOnWriteArrayList

/** The console of a build, in which secrets are masked. */
class BuildConsole {
  private final File file
  /** Branches of a build add to them while others read. */
  private final List<String> secrets = new CopyOnWriteArrayList<>()

  BuildConsole(File file) {
    this.file = file
    file.setText('', 'UTF-8')
  }

  void mask(String secret) { secrets << secret }

  /** Whether a text holds a secret. */
  boolean wouldMask(String text) { secrets.any { text.contains(it) } }

  void say(Object line) { append("${line}\n") }

  synchronized void append(String text) {
    def masked = text
    secrets.each { masked = masked.replace(it, '****') }
    file.append(masked, 'UTF-8')
  }
}
