package io.reproq.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
final class PythonFloatTest {
  @ParameterizedTest
  @CsvSource({
    "1, 1.0",
    "-1.5, -1.5",
    "0.1, 0.1",
    "100, 100.0",
    "123456789.125, 123456789.125",
    "0.0001, 0.0001",
    "0.00099, 0.00099",
    "0.00009999, 9.999e-05",
    "1e-7, 1e-07",
    "1.5e-10, 1.5e-10",
    "1e15, 1000000000000000.0",
    "9999999999999998, 9999999999999998.0",
    "1e16, 1e+16",
    "12345678901234567000, 1.2345678901234567e+19",
    "1e22, 1e+22",
    "1e23, 1e+23",
    "2e23, 2e+23",
    "1e100, 1e+100",
    "1.7976931348623157e308, 1.7976931348623157e+308",
    "2.2250738585072014e-308, 2.2250738585072014e-308",
    "9007199254740993, 9007199254740992.0",
    "5.684341886080802e-14, 5.684341886080802e-14"
  })
  void the_layout_is_pythons(double value, String expected) {
    assertThat(PythonFloat.repr(value)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 5e-324",
    "2, 1e-323",
    "3, 1.5e-323",
    "4, 2e-323",
    "6, 3e-323",
    "7, 3.5e-323",
    "10, 5e-323",
    "14, 7e-323",
    "19, 9.4e-323",
    "20, 1e-322",
    "100, 4.94e-322"
  })
  void the_smallest_numbers_have_one_digit_where_one_is_enough(long bits, String expected) {
    assertThat(PythonFloat.repr(Double.longBitsToDouble(bits))).isEqualTo(expected);
    assertThat(PythonFloat.repr(-Double.longBitsToDouble(bits))).isEqualTo("-" + expected);
  }

  @Test
  void every_finite_number_reads_back_as_itself() {
    var random = new SplittableRandom(20_261_122);

    for (var i = 0; i < 20_000; i++) {
      var value = Double.longBitsToDouble(random.nextLong());
      if (Double.isFinite(value)) {
        assertThat(Double.parseDouble(PythonFloat.repr(value))).isEqualTo(value);
      }
    }
  }
}
