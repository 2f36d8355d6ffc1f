package io.reproq;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.reproq.task.Spec;
import java.net.URL;
import java.time.Clock;
import java.time.Instant;
import java.util.Calendar;
import java.util.Date;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/// The rules of the house that the compiler does not know.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
final class ArchitectureTest {
  /// `java.time` classes whose `now()` without an argument asks the machine.
  private static final Set<String> CALENDAR =
      Set.of("LocalDate", "LocalTime", "LocalDateTime", "OffsetDateTime", "ZonedDateTime", "Year");

  private static final DescribedPredicate<JavaClass> CLOCK = resideInAPackage("io.reproq.clock..");
  private static final DescribedPredicate<JavaAccess<?>> ASKS_FOR_THE_TIME =
      DescribedPredicate.describe("it asks for the time", ArchitectureTest::asksForTheTime);

  private static JavaClasses classes = new ClassFileImporter().importClasses();

  @BeforeAll
  static void read() {
    classes = new ClassFileImporter().importUrl(location());
    assertThat(classes.contain(Spec.class)).isTrue();
  }

  @Test
  void packages_do_not_depend_on_each_other_in_circles() {
    slices().matching("io.reproq.(*)..").should().beFreeOfCycles().check(classes);
  }

  @Test
  void the_model_knows_no_database_no_logging_and_no_clock() {
    noClasses()
        .that()
        .resideInAnyPackage("io.reproq.task..", "io.reproq.retry..", "io.reproq.json..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.sql..", "javax.sql..", "org.slf4j..", "io.reproq.clock..")
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(Clock.class)
        .check(classes);
  }

  @Test
  void nobody_outside_the_clock_asks_the_machine_for_the_time() {
    noClasses()
        .that(DescribedPredicate.not(CLOCK))
        .should()
        .accessTargetWhere(ASKS_FOR_THE_TIME)
        .check(classes);
  }

  @Test
  void the_clock_is_seen_to_ask() {
    var rule = noClasses().that(CLOCK).should().accessTargetWhere(ASKS_FOR_THE_TIME);

    assertThat(rule.evaluate(classes).getFailureReport().getDetails())
        .anyMatch(detail -> detail.contains("Instant.now()"))
        .anyMatch(detail -> detail.contains("System.nanoTime()"));
  }

  @Test
  void nobody_sleeps() {
    noClasses()
        .should()
        .accessTargetWhere(
            DescribedPredicate.describe(
                "it is Thread.sleep",
                access ->
                    access.getTargetOwner().isAssignableTo(Thread.class)
                        && access.getName().equals("sleep")))
        .check(classes);
  }

  @Test
  void locks_are_objects_and_nothing_hangs_on_a_thread() {
    noMethods().should().haveModifier(JavaModifier.SYNCHRONIZED).check(classes);
    noClasses().should().dependOnClassesThat().areAssignableTo(ThreadLocal.class).check(classes);
  }

  @Test
  void times_are_of_java_time() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .belongToAnyOf(Date.class, Calendar.class)
        .check(classes);
  }

  @Test
  void no_class_is_named_after_nothing_in_particular() {
    noClasses()
        .should()
        .haveNameMatching(".*(Manager|Util|Utils|Helper|Common|Impl)")
        .check(classes);
  }

  private static boolean asksForTheTime(JavaAccess<?> access) {
    var owner = access.getTargetOwner();
    var name = access.getName();
    if (owner.isEquivalentTo(System.class)) {
      return name.equals("currentTimeMillis") || name.equals("nanoTime");
    }
    if (owner.isEquivalentTo(Clock.class)) {
      return name.startsWith("system") || name.startsWith("tick");
    }
    var isNow = name.equals("now") && owner.getPackageName().equals(Instant.class.getPackageName());
    return isNow
        && (owner.isEquivalentTo(Instant.class) || CALENDAR.contains(owner.getSimpleName()));
  }

  private static URL location() {
    return Spec.class.getProtectionDomain().getCodeSource().getLocation();
  }
}
