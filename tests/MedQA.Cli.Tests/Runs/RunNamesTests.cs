using MedQA.Cli.Runs;
using MedQA.Evaluation;

namespace MedQA.Cli.Tests.Runs;

public sealed class RunNamesTests
{
    private static readonly IReadOnlyList<RunResource> Known = [Of("4c2rxp7upbmie3ve"), Of("y4a6qzyp4c2rk3m7"), Of("y4a6qzyp4c2raaaa")];

    [Theory]
    [InlineData("lastest", "latest")]
    [InlineData("Latest", "latest")]
    [InlineData("last", "latest")]
    [InlineData("4c2rxp7upbmie3vf", "4c2rxp7upbmie3ve")]
    [InlineData("4c2rxp7upbmei3ve", "4c2rxp7upbmie3ve")]
    [InlineData("4c2rxp7upbmie3v3e", "4c2rxp7upbmie3ve")]
    [InlineData("4c2s", "4c2rxp7upbmie3ve")]
    [InlineData("y4b6qzyp4c2ra", "y4a6qzyp4c2raaaa")]
    public void A_name_with_a_wrong_letter_is_answered_with_the_one_that_is_meant(string given, string meant) =>
        Assert.Equal(
            $"No run '{given}' (did you mean {meant}?). `medqa results` lists the runs.",
            Assert.Throws<InputException>(() => RunNames.Choose(Known, given)).Message);

    [Theory]
    [InlineData("zzzz")]
    [InlineData("bbb")]
    [InlineData("aaaabbbbccccdddd")]
    public void A_name_that_is_near_none_is_answered_without_a_guess(string given) =>
        Assert.Equal($"No run '{given}'. `medqa results` lists the runs.", Assert.Throws<InputException>(() => RunNames.Choose(Known, given)).Message);

    [Theory]
    [InlineData("latest", "4c2rxp7upbmie3ve")]
    [InlineData("4C2R", "4c2rxp7upbmie3ve")]
    [InlineData("y4a6qzyp4c2rk", "y4a6qzyp4c2rk3m7")]
    public void A_name_or_the_beginning_of_one_is_found(string given, string found) => Assert.Equal(found, RunNames.Choose(Known, given).Id);

    private static RunResource Of(string id) => new()
    {
        Id = id,
        Name = "set.csv",
        State = RunState.Completed,
        Profile = "few-shot",
        Strategy = "few-shot",
        Model = "model",
        ModelFingerprint = new string('0', 64),
    };
}
