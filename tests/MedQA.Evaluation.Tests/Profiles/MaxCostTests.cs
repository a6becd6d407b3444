using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Strategies;

namespace MedQA.Evaluation.Tests.Profiles;

/// <summary>The most that 10 questions with 1,000 tokens of prompts cost at 1 a million to read and 10 a million to generate, by hand.</summary>
public sealed class MaxCostTests
{
    [Theory]
    [InlineData("long-form", UnparsedHandling.Force, 1_000 + (10 * 10 * 200))]
    [InlineData("self-consistency", UnparsedHandling.Abstain, (11 * 1_000) + (10 * 10 * 11 * 200))]
    [InlineData("self-consistency", UnparsedHandling.Force, (11 * 1_000) + (10 * 10 * 11 * 200) + (11 * 1_000) + (10 * 11 * (200 + 64)) + (10 * 10 * 11 * 200))]
    [InlineData("ensemble-refinement", UnparsedHandling.Abstain, (16 * 1_000) + (10 * 5 * 11 * 200) + (10 * 10 * 16 * 200))]
    [InlineData("likelihood", UnparsedHandling.Force, 0)]
    public void The_most_has_every_prompt_every_second_stage_and_every_further_turn(string name, UnparsedHandling onUnparsed, int millionths)
    {
        var known = BuiltInProfiles.All.Single(profile => profile.Name == name);
        var profile = known with
        {
            Samples = known.Samples > 1 ? 11 : 1, Refinements = known.Refinements > 0 ? 5 : 0, MaxTokens = 200, OnUnparsed = onUnparsed,
        };

        Assert.Equal(millionths / 1_000_000m, profile.MaxCost(new TokenPrices(1, 10, "EUR"), 10, 1_000));
    }
}
