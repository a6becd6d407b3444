using System.Text;
using FsCheck.Xunit;
using MedQA.Evaluation.Serialization;
using MedQA.Testing.Fuzzing;

namespace MedQA.Evaluation.Tests.Fuzzing;

[Collection(typeof(Alone))]
public sealed class BadProfileTests
{
    private static readonly byte[][] Good =
    [
        """
        {
          // a comment
          "name": "all", "strategy": "adaptive-self-consistency", "format": "completion", "system": "S", "instruction": "I {answers}", "template": "{question} {options}",
          "samples": 11, "temperature": 0.7, "topP": 0.9, "seed": 12345678901, "stop": ["\n\n", "Q:"], "templateDate": "2026-01-31", "stopRule": "beta",
          "examples": [{"question": "Q?", "options": ["a", "b"], "answer": "A", "explanation": "Because."}]
        }
        """u8.ToArray(),
        """{"name":"x","strategy":"few-shot","exemplarSet":"medqa","shots":3,"answerCue":"Answer:"}"""u8.ToArray(),
        """{"name":"sc","strategy":"self-consistency","samples":5,"seed":-1,"stop":[]}"""u8.ToArray(),
    ];

    [Fact]
    public async Task Bad_profiles_are_read_or_refused_with_one_sentence() => await Fuzz.RunAsync("profile", Good, 2000, Check);

    [Property]
    public void Any_text_is_a_profile_or_refused(string text) => Read(Encoding.UTF8.GetBytes(text ?? ""));

    private static Task Check(byte[] bytes)
    {
        Read(bytes);
        return Task.CompletedTask;
    }

    private static void Read(byte[] bytes)
    {
        try
        {
            var profile = ProfileReader.Parse(bytes, "mine.json");
            Assert.InRange(profile.Samples, 1, 1000);
            Assert.InRange(profile.Temperature, 0, 10);
        }
        catch (InputException exception)
        {
            Assert.Matches("^Profile mine.json: \\S", exception.Message);
            Assert.True(exception.Message.Length < 1500, exception.Message);
        }
    }
}
