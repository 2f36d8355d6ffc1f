package io.reproq.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// The rules of the house that the compiler does not know.
@DisplayNameGeneration(ReplaceUnderscores.class)
final class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .importUrl(WorkerServer.class.getProtectionDomain().getCodeSource().getLocation());

  @Test
  void packages_do_not_depend_on_each_other_in_circles() {
    slices().matching("io.reproq.server.(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void who_may_ask_is_decided_without_knowing_HTTP() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "io.reproq.server.security..", "io.reproq.server.events..", "io.reproq.server.tls..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.javalin..", "org.eclipse.jetty..", "jakarta..")
        .check(CLASSES);
  }
}
