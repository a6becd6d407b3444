using System.Text.Json;
using MedQA.Client;
using MedQA.Pipeline.Runs;
using MedQA.Web.Contracts;

namespace MedQA.Web.Tests.Runs;

/// <summary>
/// How a run that nobody works on is shown: in a field of its own, so that a client that knows only the states reads it as it did.
/// </summary>
public sealed class PausedRunTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_paused_run_keeps_its_state_and_says_so_beside_it(bool paused)
    {
        var summary = new RunSummary
        {
            Run = RunId.Parse("aaaaaaaaaaaaaaaa"),
            Name = "cases.csv",
            State = RunState.Running,
            Paused = paused,
            Source = "cases.csv",
            Profile = "few-shot",
            Model = "scripted",
            ModelFingerprint = "f",
            Created = DateTimeOffset.UnixEpoch,
            Changed = DateTimeOffset.UnixEpoch,
        };

        var json = JsonSerializer.Serialize(RunResource.Of(summary), WebJson.Default.RunResource);
        var read = JsonSerializer.Deserialize(json, ClientJson.Default.RunResource)!;

        Assert.Equal(paused, json.Contains("\"paused\":true", StringComparison.Ordinal));
        Assert.Equal(paused, json.Contains("paused", StringComparison.Ordinal));
        Assert.Equal((RunState.Running, paused, false), (read.State, read.Paused == true, read.HasEnded));
    }
}
