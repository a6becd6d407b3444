using System.Collections.Immutable;

namespace MedQA.Evaluation.Profiles;

/// <summary>The profiles that need no file, one per strategy and named like it; DESIGN section 3.</summary>
public static class BuiltInProfiles
{
    /// <summary>A reasoning of a worked example has 40 to 90 tokens; this leaves room for a longer one and its answer.</summary>
    private const int ReasoningTokens = 144;

    private const string Reason = "Explain your reasoning in two to four sentences, then end with \"Answer: \" and one of {answers}.";

    private static readonly ImmutableArray<string> NextQuestion = ["\nQuestion:"];

    private static readonly Profile SelfConsistency = new()
    {
        Name = StrategyNames.SelfConsistency,
        Strategy = StrategyNames.SelfConsistency,
        Instruction = Reason,
        ExemplarSet = ExemplarSets.Auto,
        Exemplars = 3,
        Samples = 11,
        Temperature = 0.7,
        MaxTokens = ReasoningTokens,
        Stop = NextQuestion,
    };

    /// <summary>All of them.</summary>
    public static ImmutableArray<Profile> All { get; } =
    [
        Named(StrategyNames.FewShot) with
        {
            Instruction = "Reply with \"Answer: \" and one of {answers}, and nothing else.",
            Exemplars = 5,
            Samples = 1,
            Temperature = 0,
            MaxTokens = 16,
        },
        Named(StrategyNames.ChainOfThought) with { Samples = 1, Temperature = 0 },
        SelfConsistency,
        Named(StrategyNames.Deferral) with { Samples = 41 },
        Named(StrategyNames.AdaptiveSelfConsistency) with { StopRule = StopRule.Margin, WaveSize = 4 },
        Named(StrategyNames.Likelihood) with
        {
            Format = PromptFormat.Completion,
            Instruction = "",
            Template = "Abstract: {context}\nQuestion: {question}\n{options}\nAnswer:",
            OptionTemplate = "{letter}. {option}",
            AnswerTemplate = null,
            ExemplarSet = null,
            Exemplars = 0,
            Samples = 1,
            Temperature = 0,
            MaxTokens = 1,
            Stop = [],
        },
        Named(StrategyNames.ChoiceShuffle),
        Named(StrategyNames.EnsembleRefinement) with { Refinements = 33 },
        Named(StrategyNames.LongForm) with
        {
            Instruction = "Answer the question about health for a member of the public: completely, correctly and in plain words.",
            Samples = 1,
            Temperature = 0,
            MaxTokens = 512,
            Exemplars = 2,
        },
        Named(StrategyNames.SoftSelfConsistency),
    ];

    /// <summary>The built-in profile of a name, or <see langword="null"/>.</summary>
    public static Profile? Find(string name) => All.FirstOrDefault(profile => profile.Name == name);

    private static Profile Named(string strategy) => SelfConsistency with { Name = strategy, Strategy = strategy };
}
