using MedQA.Datasets.Writing;

namespace MedQA.Datasets.Tests.Writing;

public sealed class CsvLineTests
{
    private static readonly string[] Leads = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "﹦", "﹢", "﹣", "﹫"];
    private static readonly string[] PassedOver = ["", " ", "   ", "\ufeff", "\"", "\"\"", " \" ", "\u00a0", "\u200b", "\u2060", "\u202e", "\0", "\u3000", "\v", " \ufeff\" ", "\u034f", "\ufe0f", "\ufe00", "\u180e", "\u0301", "\u20dd", "\u115f", "\u3164", "\ufff0", "\U000e0020", "\U000e01ef", "\U0001d173", "\u034f \U000e0001\""];

    [Fact]
    public void A_text_cell_that_could_be_a_formula_gets_an_apostrophe_in_front_of_all_of_it()
    {
        foreach (var (before, lead) in PassedOver.SelectMany(static before => Leads.Select(lead => (before, lead))))
        {
            foreach (var rest in (string[])["", "1+1", "SUM(A1)", "cmd|' /C calc'!A0", "x"])
            {
                var text = before + lead + rest;
                Assert.Equal($"'{text}", SpreadsheetCell.Neutralized(text));
                Assert.StartsWith(text.Any("\",;\t\r\n".Contains) ? "\"'" : "'", CsvLine.Of(text), StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("=A1,\"b\"", "\"'=A1,\"\"b\"\"\"")]
    [InlineData("-2+3", "'-2+3")]
    [InlineData("-1.5.2", "'-1.5.2")]
    [InlineData("+1 234", "'+1 234")]
    [InlineData("-", "'-")]
    [InlineData("-e5", "'-e5")]
    [InlineData("-1\n", "\"'-1\n\"")]
    [InlineData("-１", "'-１")]
    [InlineData("-Infinity", "'-Infinity")]
    [InlineData("two\nlines", "\"two\nlines\"")]
    [InlineData("a;=1+1", "\"a;=1+1\"")]
    [InlineData("a\t=1+1", "\"a\t=1+1\"")]
    [InlineData(";", "\";\"")]
    [InlineData("\U0001f600=1", "\U0001f600=1")]
    [InlineData("\ud800=1", "\ud800=1")]
    [InlineData("fever", "fever")]
    [InlineData("a=b", "a=b")]
    [InlineData("'=1", "'=1")]
    [InlineData("", "")]
    [InlineData(" ", " ")]
    [InlineData(null, "")]
    public void A_cell_is_written_as_it_is_but_for_what_would_be_run(string? text, string cell) => Assert.Equal(cell + "\r\n", CsvLine.Of(text));

    [Theory]
    [InlineData("-1.5")]
    [InlineData("-1")]
    [InlineData("+3")]
    [InlineData("-.5")]
    [InlineData(" -2")]
    [InlineData("-1e-7")]
    [InlineData("+6.02E+23")]
    public void A_text_that_is_a_number_stays_a_number(string text) => Assert.Equal(text + "\r\n", CsvLine.Of(text));

    [Fact]
    public void Numbers_and_truth_values_stay_what_they_are() =>
        Assert.Equal("-3,-1.5,0.25,-1E-07,-7,-0.1,true,\r\n", CsvLine.Of(-3, -1.5, 0.25, -1e-7, -7L, -0.1m, true, null));

    [Fact]
    public void Whatever_else_has_a_text_is_guarded_by_that() =>
        Assert.Equal("'=,'@x,Detect,2026-01-02\r\n", CsvLine.Of('=', new Named("@x"), AnswerNotation.Detect, new DateOnly(2026, 1, 2).ToString("O")));

    private sealed record Named(string Name)
    {
        public override string ToString() => Name;
    }
}
