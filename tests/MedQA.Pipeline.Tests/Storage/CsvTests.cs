using MedQA.Pipeline.Storage;

namespace MedQA.Pipeline.Tests.Storage;

public sealed class CsvTests
{
    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+1", "'+1")]
    [InlineData("-1", "'-1")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("\tx", "'\tx")]
    [InlineData("=A1,\"b\"", "\"'=A1,\"\"b\"\"\"")]
    [InlineData("two\nlines", "\"two\nlines\"")]
    [InlineData("fever", "fever")]
    [InlineData(null, "")]
    public void A_text_cell_that_could_be_a_formula_is_made_harmless(string? text, string cell) => Assert.Equal(cell + "\r\n", Csv.Line(text));

    [Fact]
    public void Numbers_and_truth_values_stay_what_they_are() => Assert.Equal("-3,0.25,true,\r\n", Csv.Line(-3, 0.25, true, null));
}
