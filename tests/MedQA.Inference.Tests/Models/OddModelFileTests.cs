using MedQA.Evaluation;
using MedQA.Inference.Sessions;

namespace MedQA.Inference.Tests.Models;

/// <summary>A model's folder in which one file after the other is a pipe or a device: it is refused, or the file is not needed. Nothing waits.</summary>
public class OddModelFileTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("tiny/llama-genai", "genai_config.json model.onnx model.onnx.data tokenizer.json tokenizer_config.json")]
    [InlineData("tiny/llama-optimum", "config.json generation_config.json model.onnx tokenizer.json tokenizer_config.json")]
    public async Task Each_file_that_a_model_needs_is_refused_where_it_is_none(string model, string needed)
    {
        Assert.SkipUnless(OddFiles.Exist, "This system has no such files.");
        foreach (var name in needed.Split(' ').Append("chat_template.jinja").Append("chat_template.json"))
        {
            using var piped = ModelCopy.Of(model);
            File.Delete(piped.FileAt(name));
            OddFiles.Pipe(piped.FileAt(name));
            var refused = await Assert.ThrowsAsync<UnusableException>(() => LoadAsync(piped.Path).WaitAsync(Limit, Token));
            Assert.Contains($"{piped.FileAt(name)}: it is a pipe, where a file is expected", refused.Message, StringComparison.Ordinal);

            // A link to a device leads out of the folder, or is a device.
            using var endless = ModelCopy.Of(model);
            File.Delete(endless.FileAt(name));
            OddFiles.Endless(endless.FileAt(name));
            refused = await Assert.ThrowsAsync<UnusableException>(() => LoadAsync(endless.Path).WaitAsync(Limit, Token));
            Assert.Contains(endless.FileAt(name), refused.Message, StringComparison.Ordinal);
        }
    }

    private static Task LoadAsync(string folder) => Task.Run(
        async () =>
        {
            await using var model = await OnnxLanguageModel.LoadAsync(folder, new ModelOptions { Threads = 1 }, Token);
        },
        Token);
}
