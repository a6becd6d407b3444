using System.Collections.Immutable;
using System.Text;
using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;
using MedQA.Inference.ChatTemplates;
using MedQA.Inference.Models;
using MedQA.Inference.Sessions;
using MedQA.Inference.Tokenization;
using MedQA.Testing.Fuzzing;

namespace MedQA.Inference.Tests.Fuzzing;

/// <summary>Byte-level mutations of every file of a model's folder, see <see cref="Fuzz"/>.</summary>
[Collection(typeof(Alone))]
public sealed class BadModelFileTests
{
    private static readonly ChatMessage[] Messages = [ChatMessage.System("s"), ChatMessage.User("It's 123 <|eos|>\r\n é")];

    private static readonly string[] Folders = ["gpt2-optimum", "llama-genai", "qwen2-genai"];

    [Fact]
    public async Task Bad_tokenizers_work_or_are_refused() => await Fuzz.RunAsync("tokenizer", Files("tokenizer.json"), 250, static bytes =>
    {
        Refused(() =>
        {
            var tokenizer = TokenizerReader.Read(bytes, "tokenizer.json", chatTemplate: null);
            tokenizer.Decode(tokenizer.EncodeRecognizingSpecials(Messages[1].Content), skipSpecial: false);
        });
        return Task.CompletedTask;
    });

    [Fact]
    public async Task Bad_chat_templates_work_or_are_refused() => await Fuzz.RunAsync(
        "chat-template",
        [.. Directory.EnumerateFiles(Repository.PathOf("tests", "MedQA.Inference.Tests", "ChatTemplates", "families")).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)],
        500,
        static bytes =>
        {
            Refused(() => ChatTemplate.Parse(Encoding.UTF8.GetString(bytes), "template", ImmutableSortedDictionary<string, string>.Empty).Render(Messages, default));
            return Task.CompletedTask;
        });

    [Theory]
    [InlineData("gpt2-optimum", "config.json")]
    [InlineData("gpt2-optimum", "generation_config.json")]
    [InlineData("gpt2-optimum", "special_tokens_map.json")]
    [InlineData("gpt2-optimum", "tokenizer_config.json")]
    [InlineData("llama-genai", "genai_config.json")]
    [InlineData("llama-genai", "model.onnx")]
    public async Task Bad_model_folders_are_opened_or_refused(string folder, string file)
    {
        var copy = Directory.CreateTempSubdirectory("medqa-fuzz-").FullName;
        try
        {
            foreach (var source in Directory.EnumerateFiles(PathOf(folder)))
            {
                File.Copy(source, Path.Combine(copy, Path.GetFileName(source)));
            }

            await Fuzz.RunAsync(file, [File.ReadAllBytes(PathOf(folder, file))], 150, bytes =>
            {
                File.WriteAllBytes(Path.Combine(copy, file), bytes);
                Refused(() =>
                {
                    var model = ModelFolder.Open(copy);
                    Assert.All(model.ExternalDataPaths.Append(model.GraphPath).Append(model.TokenizerPath), path => Assert.StartsWith(copy + Path.DirectorySeparatorChar, path, StringComparison.Ordinal));
                    Assert.True(model.ContextLength > 0);
                    ChatTemplate.Load(model)?.Render(Messages, default);
                });
                if (file == "model.onnx")
                {
                    Refused(() => OnnxGraph.Read(Path.Combine(copy, file)));
                }

                return Task.CompletedTask;
            });
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }

    [Theory]
    [InlineData("2621e-")]
    [InlineData("-1")]
    [InlineData("99999999999999999999")]
    public void A_place_in_the_data_file_that_is_no_number_is_refused_with_its_text(string offset)
    {
        // TensorProto.external_data (13): key (1) and value (2).
        byte[] entry = [0x0A, 6, .. "offset"u8, 0x12, (byte)offset.Length, .. Encoding.ASCII.GetBytes(offset)];
        Assert.Contains($"\"{offset}\"", Assert.Throws<InvalidDataException>(() => GraphTensor.Parse([0x6A, (byte)entry.Length, .. entry])).Message, StringComparison.Ordinal);
    }

    private static void Refused(Action read)
    {
        try
        {
            read();
        }
        catch (Exception exception) when (exception is UnusableException or TemplateRejectionException)
        {
            Assert.False(string.IsNullOrWhiteSpace(exception.Message));
        }
    }

    private static byte[][] Files(string name) => [.. Folders.Select(folder => File.ReadAllBytes(PathOf(folder, name)))];

    private static string PathOf(params ReadOnlySpan<string> parts) => Repository.PathOf(["models", "tiny", .. parts]);
}
