/** A script of the shared library, `vars/NAME.groovy`: whatever it does not define is a step of the pipeline. */
abstract class LibraryStep extends Script {
  private Steps steps

  /** Not a property: a script's properties are the variables of its binding. */
  LibraryStep within(Steps steps) {
    this.@steps = steps
    this
  }

  def methodMissing(String name, arguments) { steps.invokeMethod(name, arguments) }

  @Override
  Object getProperty(String name) {
    switch (name) {
      case 'env': return steps.env
      case 'params': return steps.params
      default: return super.getProperty(name)
    }
  }

  /** The library's script of that name, ready to be called; null if there is none. */
  static LibraryStep named(String name, Steps steps, String folder) {
    def file = folder == null ? null : new File(folder, "vars/${name}.groovy")
    if (!file?.isFile()) return null
    def configuration = new org.codehaus.groovy.control.CompilerConfiguration()
    configuration.scriptBaseClass = LibraryStep.name
    def script = (LibraryStep) new GroovyShell(LibraryStep.classLoader, new Binding(), configuration).parse(file)
    script.within(steps)
  }
}
