using System.Text.Json;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Strategies;
using MedQA.Tests;

namespace MedQA.Evaluation.Tests.Strategies;

public sealed class StoppingRuleTests
{
    [Fact]
    public void The_probability_of_the_lead_is_that_of_the_reference()
    {
        using var reference = JsonDocument.Parse(File.ReadAllBytes(Repository.PathOf("tests", "references", "statistics.json")));
        var rows = reference.RootElement.GetProperty("beta_stop").EnumerateArray().ToList();

        Assert.NotEmpty(rows);
        Assert.All(rows, static row => Assert.Equal(
            row.GetProperty("p_top_leads").GetDouble(),
            StoppingRule.LeadProbability(row.GetProperty("top").GetInt32(), row.GetProperty("second").GetInt32()),
            1e-12));
    }

    [Theory]
    [InlineData(0, 0, 0.5)]
    [InlineData(500, 500, 0.5)]
    [InlineData(1000, 0, 1)]
    public void The_probability_of_the_lead_stands_extreme_counts(int first, int second, double probability) => Assert.Equal(probability, StoppingRule.LeadProbability(first, second), 1e-12);

    [Theory]
    [InlineData(new[] { 6, 0 }, 5, true)]
    [InlineData(new[] { 6, 0, 0 }, 6, false)]
    [InlineData(new[] { 3, 4, 1 }, 0, true)]
    [InlineData(new[] { 3, 3 }, 0, false)]
    public void The_margin_rule_stops_when_nobody_can_catch_up(int[] votes, int left, bool stops) => Assert.Equal(stops, StoppingRule.Stops(StopRule.Margin, [.. votes], left, 0.95));

    [Theory]
    [InlineData(new[] { 4, 0 }, true)]
    [InlineData(new[] { 3, 0 }, false)]
    [InlineData(new[] { 4, 1 }, false)]
    [InlineData(new[] { 1, 6 }, true)]
    [InlineData(new[] { 0, 0 }, false)]
    public void The_beta_rule_stops_at_its_probability(int[] votes, bool stops) => Assert.Equal(stops, StoppingRule.Stops(StopRule.Beta, [.. votes], 100, 0.95));

    [Fact]
    public void Without_a_rule_nothing_stops() => Assert.False(StoppingRule.Stops(StopRule.None, [100, 0], 1, 0.95));
}
