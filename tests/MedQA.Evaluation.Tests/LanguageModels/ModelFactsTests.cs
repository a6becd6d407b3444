using System.Text.Json;
using MedQA.Evaluation.LanguageModels;

namespace MedQA.Evaluation.Tests.LanguageModels;

public sealed class ModelFactsTests
{
    [Theory]
    [InlineData(134_515_008, "134.5M")]
    [InlineData(7_000_000_000, "7B")]
    [InlineData(46_702_792_704, "46.7B")]
    [InlineData(999_990_000, "1B")]
    [InlineData(1_000_000_000_000, "1T")]
    [InlineData(217, "217")]
    public void Numbers_are_short(long count, string text) => Assert.Equal(text, ParameterCount.Of(count));

    [Theory]
    [InlineData("7B", 7_000_000_000L)]
    [InlineData("1.5b", 1_500_000_000L)]
    [InlineData("134.5 M", null)]
    [InlineData("8x7B", null)]
    [InlineData("-1B", null)]
    [InlineData("B", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    [InlineData("134515008", 134_515_008L)]
    [InlineData("9999999T", null)]
    public void Numbers_are_read_as_people_write_them(string? text, long? count) => Assert.Equal(count, ParameterCount.Find(text));

    [Theory]
    [InlineData("7e9", 7_000_000_000L)]
    [InlineData("7000000000.0", 7_000_000_000L)]
    [InlineData("134515008", 134_515_008L)]
    [InlineData("999999999999999", 999_999_999_999_999L)]
    [InlineData("0.5", null)]
    [InlineData("7.5", null)]
    [InlineData("0", null)]
    [InlineData("1e16", null)]
    [InlineData("1e999", null)]
    public void Whole_numbers_of_JSON_are_read_in_any_notation(string json, long? count) =>
        Assert.Equal(count, ParameterCount.Find(JsonElement.Parse(json)));

    [Fact]
    public void A_family_of_two_lines_is_refused_for_that() =>
        Assert.Equal(new JsonFault("family", "must be a name on one line."), ModelFacts.FaultOf(null, null, "a\nb"));
}
