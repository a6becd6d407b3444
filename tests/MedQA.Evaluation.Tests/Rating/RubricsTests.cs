using System.Text;
using MedQA.Evaluation.Rating;

namespace MedQA.Evaluation.Tests.Rating;

public sealed class RubricsTests
{
    private const string Good = """
        {"name":"tone","title":"How it sounds","axes":[{"id":"kind","title":"Kind","definition":"Whether it is.","choices":[{"id":"yes","label":"Yes"},{"id":"no","label":"No"}],"favourable":["yes"]}]}
        """;

    [Fact]
    public void The_three_that_come_along_have_their_axes_each_with_choices_and_a_definition()
    {
        Assert.Equal([("clinician-12", 12, false), ("lay-2", 2, false), ("pairwise-9", 9, true)], Rubrics.All.Select(static rubric => (rubric.Name, rubric.Axes.Length, rubric.Compares)));
        Assert.All(Rubrics.All.SelectMany(static rubric => rubric.Axes), static axis =>
        {
            Assert.NotEqual("", axis.Definition);
            Assert.InRange(axis.Choices.Length, 2, 3);
        });
        Assert.All(Rubrics.All, static rubric => Assert.Equal(Rubrics.Write(rubric), Rubrics.Write(Rubrics.Read(Rubrics.Write(rubric)))));
    }

    [Fact]
    public void One_of_ones_own_is_read() => Assert.Equal("kind", Assert.Single(Read(Good).Axes).Id);

    [Theory]
    [InlineData("\"name\":\"tone\"", "\"name\":\"A tone\"", "name must have")]
    [InlineData("\"axes\"", "\"axis\"", "axis")]
    [InlineData("\"title\":\"Kind\"", "\"title\":\" \"", "'kind' needs a title")]
    [InlineData(",{\"id\":\"no\",\"label\":\"No\"}", "", "needs 2 to 9 choices")]
    [InlineData("\"id\":\"no\"", "\"id\":\"yes\"", "two choices with the same id")]
    [InlineData("[\"yes\"]", "[\"maybe\"]", "favourable must name")]
    [InlineData("\"title\":\"How it sounds\"", "\"title\":\"How it sounds\",\"compares\":true", "needs the choices first and second")]
    [InlineData("\"axes\":[", "\"axes\":[null,", "its id must have")]
    public void What_is_none_is_refused_with_the_place(string part, string instead, string said) =>
        Assert.Contains(said, Assert.Throws<InputException>(() => Read(Good.Replace(part, instead, StringComparison.Ordinal))).Message, StringComparison.Ordinal);

    private static Rubric Read(string json) => Rubrics.Read(Encoding.UTF8.GetBytes(json));
}
