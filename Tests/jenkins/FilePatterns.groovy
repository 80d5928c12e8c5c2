import java.util.regex.Pattern

/** Files by pattern, as Jenkins' steps find and keep them. */
class FilePatterns {
  /** The paths below a folder that one of some comma-separated patterns fits, in order. */
  static List<String> matching(File folder, String patterns) {
    def expressions = patterns.tokenize(',').collect { expression(it.trim()) }
    paths(folder, '').findAll { path -> expressions.any { path ==~ it } }.sort()
  }

  static void copy(File from, File to) {
    to.parentFile.mkdirs()
    to.bytes = from.bytes
  }

  static void copyTree(File from, File to) {
    paths(from, '').each { copy(new File(from, it), new File(to, it)) }
  }

  private static List<String> paths(File folder, String prefix) {
    (folder.listFiles() ?: []).collectMany {
      it.isDirectory() ? paths(it, "${prefix}${it.name}/") : ["${prefix}${it.name}".toString()]
    }
  }

  /** `*` is any part of a name, `**` any number of folders. */
  private static Pattern expression(String pattern) {
    Pattern.compile(pattern.split('/').collect { part ->
      part == '**' ? '.*' : part.split(/\*/, -1).collect { Pattern.quote(it) }.join('[^/]*')
    }.join('/').replace('.*/', '(?:.*/)?'))
  }
}
