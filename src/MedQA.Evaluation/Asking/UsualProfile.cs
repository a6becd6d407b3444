using MedQA.Evaluation.Profiles;

namespace MedQA.Evaluation.Asking;

/// <summary>What the built-in profiles say alike: eleven reasonings after worked examples.</summary>
internal static class UsualProfile
{
    /// <summary>A reasoning of a worked example has 40 to 90 tokens; this leaves room for a longer one and its answer.</summary>
    private const int ReasoningTokens = 144;

    /// <summary>Returns the usual profile with a strategy and its name.</summary>
    public static Profile Of(Strategy strategy) => new()
    {
        Name = strategy.Name,
        Strategy = strategy,
        Instruction = "Explain your reasoning in two to four sentences, then end with \"Answer: \" and one of {answers}.",
        ExemplarSet = ExemplarSets.Auto,
        Exemplars = 3,
        Samples = 11,
        Temperature = 0.7,
        MaxTokens = ReasoningTokens,
        Stop = ["\nQuestion:"],
    };
}
