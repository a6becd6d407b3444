namespace MedQA.Cli.Tests.Commands;

/// <summary>A judge of a study from the command line: real processes and a real model.</summary>
public sealed class StudyJudgeCommandTests
{
    [Fact]
    public async Task A_model_judges_each_answer_once_and_its_shares_are_reported_as_not_calibrated()
    {
        await using var medqa = new MedqaProcess();
        await using (await medqa.HoldStorageAsync())
        {
            await File.WriteAllTextAsync(
                Path.Combine(medqa.Folder, "answers.csv"),
                "question,answer\nWhat helps against thirst?,Water.\nWhat is fever?,A raised temperature of the body.\n",
                TestContext.Current.CancellationToken);
            var (created, _, refusal) = await medqa.RunAsync("study", "create", "--answers", "answers.csv", "--rubric", "lay-2", "--raters", "2");
            Assert.True(created == 0, refusal);

            var first = await medqa.JsonAsync("study", "judge", "latest", "--seed", "3");
            Assert.Equal((2, 2), (first.GetProperty("places").GetInt32(), first.GetProperty("asked").GetInt32()));
            var again = await medqa.JsonAsync("study", "judge", "latest", "--seed", "3");
            Assert.Equal(first.GetProperty("judge").GetString(), again.GetProperty("judge").GetString());
            Assert.Equal((2, 0), (again.GetProperty("places").GetInt32(), again.GetProperty("asked").GetInt32()));

            var (code, report, said) = await medqa.RunAsync("study", "report", "latest");
            Assert.True(code == 0, said);
            Assert.Contains(first.GetProperty("judge").GetString()!, report, StringComparison.Ordinal);
            Assert.Contains("not calibrated", report, StringComparison.OrdinalIgnoreCase);
            var judges = (await medqa.JsonAsync("study", "report", "latest")).GetProperty("judges").EnumerateArray().ToList();
            Assert.Equal(2, Assert.Single(judges).GetProperty("units").GetInt32());
            Assert.All(
                judges[0].GetProperty("axes").EnumerateArray().SelectMany(static axis => axis.GetProperty("sources").EnumerateArray()),
                static source => Assert.Equal("notCalibrated", source.GetProperty("calibration").GetString()));

            var (unknown, _, why) = await medqa.RunAsync("study", "judge", "latest", "--judge", "nobody");
            Assert.Equal(2, unknown);
            Assert.Contains("nobody", why, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_power_of_a_judged_study_says_how_many_answers_people_must_rate()
    {
        await using var medqa = new MedqaProcess { KeepsStorage = true };
        var wide = (await medqa.JsonAsync("study", "power", "--width", "0.2", "--answers", "500")).GetProperty("rated").GetInt32();
        var narrow = (await medqa.JsonAsync("study", "power", "--width", "0.15", "--answers", "500")).GetProperty("rated").GetInt32();
        Assert.InRange(wide, 20, narrow - 1);
        Assert.InRange(narrow, wide + 1, 500);

        var (code, _, said) = await medqa.RunAsync("study", "power");
        Assert.Equal(2, code);
        Assert.Contains("--width", said, StringComparison.Ordinal);
    }
}
