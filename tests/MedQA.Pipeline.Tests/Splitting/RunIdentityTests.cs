using Azure;
using MedQA.Evaluation.Strategies;
using MedQA.Pipeline.Splitting;

namespace MedQA.Pipeline.Tests.Splitting;

/// <summary>
/// The names of runs. They are how a run is found again: another name for the same upload, profile and model asks everything once more,
/// and orphans what was answered. Only another version of the evaluation's rules may change them.
/// </summary>
public sealed class RunIdentityTests
{
    private static readonly Dictionary<string, string> Runs = new()
    {
        ["few-shot"] = "ahgdkwuykvge6bi6",
        ["chain-of-thought"] = "5toymy4nmumgyfhu",
        ["self-consistency"] = "hfuwlvrpgpksbyri",
        ["deferral"] = "ucyw6ygggdyrg5ij",
        ["adaptive-self-consistency"] = "b7k3l2x4bdshiqfy",
        ["likelihood"] = "yf6cazo4nfm5o4hh",
        ["choice-shuffle"] = "whcou5mgvn2hkg62",
        ["ensemble-refinement"] = "qgj35naobb3sdlle",
        ["long-form"] = "aa6hmai56qdz2q2g",
        ["soft-self-consistency"] = "6ahfb6lauroans3v",
    };

    [Fact]
    public void A_fixed_upload_is_the_same_run_in_every_version_with_these_rules() =>
        Assert.Equal(
            Runs,
            BuiltInProfiles.All.ToDictionary(
                static profile => profile.Name,
                static profile => RunIdentity.Of(
                    "questions/medqa.csv", new ETag("0x8DE2F1A9C3B4D50"), profile.Name, profile, null, new string('a', 64)).ToString()));
}
