using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Asking;

namespace MedQA.Evaluation.Tests.Asking;

public sealed class StoppingRuleTests
{
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
