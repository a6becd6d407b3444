using MedQA.Evaluation.Profiles;

namespace MedQA.Evaluation.Tests.Profiles;

public sealed class PromptTemplateTests
{
    private static string Render(string template, params (string Name, string? Value)[] values) =>
        PromptTemplate.Parse(template).Render(placeholder => values.FirstOrDefault(value => value.Name == placeholder).Value);

    [Theory]
    [InlineData("", "")]
    [InlineData("plain", "plain")]
    [InlineData("{x}", "1")]
    [InlineData("a{x}b{y}c", "a1b2c")]
    [InlineData("{{x}}", "{x}")]
    [InlineData("{{{x}}}", "{1}")]
    [InlineData("line\n{x}\n", "line\n1\n")]
    [InlineData("C: {none}\nQ: {x}", "Q: 1")]
    [InlineData("Q: {x}\n{none}", "Q: 1")]
    [InlineData("Q: {x}\n{none}\nA:", "Q: 1\nA:")]
    [InlineData("{none}{x}", "1")]
    [InlineData("\n\n{x}", "\n\n1")]
    public void Values_stand_in_place_of_placeholders_and_lines_without_values_go(string template, string expected) => Assert.Equal(expected, Render(template, ("x", "1"), ("y", "2")));

    [Fact]
    public void A_value_is_never_looked_at_again() => Assert.Equal("{y}{{\n{x}}", Render("{x}", ("x", "{y}{{\n{x}}"), ("y", "no")));

    [Theory]
    [InlineData("{")]
    [InlineData("{x")]
    [InlineData("x}")]
    [InlineData("{}")]
    [InlineData("{a{b}}")]
    [InlineData("{x\n}")]
    public void A_brace_without_its_partner_is_an_error(string template) => Assert.Throws<FormatException>(() => PromptTemplate.Parse(template));

    [Fact]
    public void Placeholders_are_listed_once_in_order() => Assert.Equal(["b", "a"], PromptTemplate.Parse("{b} {a}\n{b}").Placeholders);
}
