using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Strategies;
using MedQA.Pipeline.Profiles;

namespace MedQA.Faults.Host;

/// <summary>The only profile: three reasonings of the small model that can do sums.</summary>
internal sealed class SumsProfile : IProfileSource
{
    public const string Name = "sums-3";

    private static readonly Profile Sums = BuiltInProfiles.Find("self-consistency")! with
    {
        Name = Name,
        Format = PromptFormat.Completion,
        Instruction = "",
        Template = "Question: {question}\n(A) {a} (B) {b} (C) {c} (D) {d}\nExplanation:",
        ExemplarSet = null,
        Exemplars = 0,
        Samples = 3,
        MaxTokens = 180,
        MaxSeconds = 30,
    };

    public IReadOnlyList<string> Names => [Name];

    public Profile? Find(string name) => name == Name ? Sums : null;
}
