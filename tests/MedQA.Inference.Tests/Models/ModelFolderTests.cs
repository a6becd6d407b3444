using MedQA.Evaluation;
using MedQA.Inference.Models;
using MedQA.Inference.Tokenization;

namespace MedQA.Inference.Tests.Models;

public sealed class ModelFolderTests
{
    [Fact]
    public void The_default_model_states_its_facts()
    {
        var folder = ModelFolder.Open(Repository.PathOf("models", "smollm2-135m-instruct"));
        Assert.Equal("smollm2-135m-instruct", folder.Name);
        Assert.Equal("model.onnx", Path.GetFileName(folder.GraphPath));
        Assert.Equal(["model.onnx.data"], folder.ExternalDataPaths.Select(Path.GetFileName));
        Assert.Equal(8192, folder.ContextLength);
        Assert.Equal([2], folder.EndTokens);
        Assert.Equal(("<|im_start|>", "<|im_end|>", (bool?)false), (folder.BeginToken, folder.EndToken, folder.AddsBeginToken));
        Assert.Equal("llama", folder.ModelType);
        Assert.Equal(((int?)30, (int?)9, (int?)3, (int?)64, (int?)576, (int?)49152), (folder.Layers, folder.AttentionHeads, folder.KeyValueHeads, folder.HeadSize, folder.HiddenSize, folder.VocabularySize));
        Assert.Null(folder.SlidingWindow);
        Assert.StartsWith("{% for message in messages %}", folder.ChatTemplateSource, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_graph_of_the_folder_can_be_named()
    {
        var folder = ModelFolder.Open(Repository.PathOf("models", "smollm2-135m-instruct"), "model.exact.onnx");
        Assert.Equal("model.exact.onnx", Path.GetFileName(folder.GraphPath));
        Assert.Equal(["model.onnx.data"], folder.ExternalDataPaths.Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("tiny/llama-genai", 512, 4, 2, 16)]
    [InlineData("tiny/gpt2-optimum", 512, 4, 4, 16)]
    [InlineData("tiny/qwen2-optimum", 512, 4, 2, 16)]
    public void Facts_come_from_either_configuration(string model, int context, int heads, int keyValueHeads, int headSize)
    {
        var folder = ModelFolder.Open(Repository.PathOf("models", model));
        Assert.Equal((context, (int?)heads, (int?)keyValueHeads, (int?)headSize, (int?)2), (folder.ContextLength, folder.AttentionHeads, folder.KeyValueHeads, folder.HeadSize, folder.Layers));
        Assert.Equal([2], folder.EndTokens);
    }

    [Fact]
    public void End_tokens_are_the_union_of_what_the_files_state()
    {
        using var copy = ModelCopy.Of("tiny/llama-optimum")
            .With("generation_config.json", """{"eos_token_id": [7, 5]}""")
            .Replacing("tokenizer_config.json", "\"eos_token\": \"<|eos|>\"", "\"eos_token\": {\"content\": \"<|pad|>\"}");
        Assert.Equal([0, 2, 5, 7], copy.Open().EndTokens);
    }

    [Fact]
    public void A_template_file_wins_over_the_one_in_the_tokenizers_settings()
    {
        using var copy = ModelCopy.Of("tiny/llama-packed");
        Assert.Null(copy.Open().ChatTemplateSource);
        copy.Replacing("tokenizer_config.json", "\"is_local\"", "\"chat_template\": [{\"name\": \"tool_use\", \"template\": \"t\"}, {\"name\": \"default\", \"template\": \"d\"}], \"is_local\"");
        Assert.Equal("d", copy.Open().ChatTemplateSource);
        copy.With("chat_template.json", """{"chat_template": [{"name": "default", "template": "l"}]}""");
        Assert.Equal("l", copy.Open().ChatTemplateSource);
        copy.With("chat_template.json", """{"chat_template": "j"}""");
        Assert.Equal("j", copy.Open().ChatTemplateSource);
        copy.With("chat_template.jinja", "jinja");
        Assert.Equal("jinja", copy.Open().ChatTemplateSource);
        Assert.Equal("chat_template.jinja", Path.GetFileName(copy.Open().ChatTemplatePath));
    }

    [Fact]
    public void Windows_are_stated()
    {
        using var copy = ModelCopy.Of("tiny/llama-optimum").Replacing("config.json", "\"use_cache\"", "\"sliding_window\": 64, \"use_cache\"");
        Assert.Equal(64, copy.Open().SlidingWindow);
        copy.Replacing("config.json", "\"sliding_window\": 64,", "\"sliding_window\": 64, \"use_sliding_window\": false,");
        Assert.Null(copy.Open().SlidingWindow);
    }

    [Fact]
    public async Task The_fingerprint_is_the_same_wherever_the_folder_lies()
    {
        using var first = ModelCopy.Of("tiny/llama-packed");
        using var second = ModelCopy.Of("tiny/llama-packed");
        var fingerprint = await first.Open().FingerprintAsync(TestContext.Current.CancellationToken);
        Assert.Matches("^[0-9a-f]{64}$", fingerprint);
        Assert.Equal(fingerprint, await second.Open().FingerprintAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("model.onnx.data")]
    [InlineData("model.onnx")]
    [InlineData("tokenizer.json")]
    public async Task The_fingerprint_tells_every_changed_byte(string file)
    {
        using var copy = ModelCopy.Of("tiny/llama-packed");
        var before = await copy.Open().FingerprintAsync(TestContext.Current.CancellationToken);
        var bytes = await File.ReadAllBytesAsync(copy.FileAt(file), TestContext.Current.CancellationToken);
        // A byte of the producer's name in the graph, a space in the tokenizer, a weight in the data.
        var at = file == "tokenizer.json" ? Array.IndexOf(bytes, (byte)' ') : file == "model.onnx" ? bytes.AsSpan().IndexOf("onnx"u8) : bytes.Length / 2;
        bytes[at] = file == "tokenizer.json" ? (byte)'\t' : (byte)(bytes[at] ^ 1);
        await File.WriteAllBytesAsync(copy.FileAt(file), bytes, TestContext.Current.CancellationToken);
        Assert.NotEqual(before, await copy.Open().FingerprintAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_fingerprint_tells_template_and_end_tokens()
    {
        using var copy = ModelCopy.Of("tiny/llama-packed");
        var plain = await copy.Open().FingerprintAsync(TestContext.Current.CancellationToken);
        var templated = await copy.With("chat_template.jinja", "x").Open().FingerprintAsync(TestContext.Current.CancellationToken);
        var ended = await copy.With("generation_config.json", """{"eos_token_id": 9}""").Open().FingerprintAsync(TestContext.Current.CancellationToken);
        Assert.Equal(3, new HashSet<string> { plain, templated, ended }.Count);
    }

    [Fact]
    public void A_folder_that_is_not_there_is_named()
    {
        var missing = Path.Combine(Path.GetTempPath(), "no-such-model");
        Expect(() => ModelFolder.Open(missing), missing, "there is no such folder");
    }

    [Theory]
    [InlineData("tokenizer.json", "the text cannot be turned into tokens")]
    [InlineData("model.onnx", "genai_config.json names this graph")]
    [InlineData("model.onnx.data", "the graph model.onnx keeps its weights in this file")]
    [InlineData("genai_config.json", "neither it nor genai_config.json is there")]
    public void A_missing_file_is_named(string file, string says)
    {
        using var copy = ModelCopy.Of("tiny/llama-packed").Without(file);
        Expect(() => copy.Open(), copy.FileAt(file == "genai_config.json" ? "config.json" : file), says);
    }

    [Theory]
    [InlineData("genai_config.json", "not valid JSON")]
    [InlineData("tokenizer_config.json", "not valid JSON")]
    [InlineData("model.onnx", "cut off")]
    public void A_file_that_is_cut_off_is_named(string file, string says)
    {
        using var copy = ModelCopy.Of("tiny/llama-packed").CutOff(file, 0.6);
        Expect(() => copy.Open(), copy.FileAt(file), says);
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("generation_config.json")]
    [InlineData("tokenizer_config.json")]
    public void A_name_that_is_no_valid_text_is_a_fault_of_the_file(string file)
    {
        using var copy = ModelCopy.Of("tiny/llama-optimum").With(file, """{"eos_token_\ud800": 1}""");
        Expect(() => copy.Open(), copy.FileAt(file), "has a name that is not valid text");
    }

    [Fact]
    public void A_tokenizer_that_is_cut_off_is_named()
    {
        using var copy = ModelCopy.Of("tiny/llama-optimum").CutOff("tokenizer.json", 0.6);
        Expect(() => Tokenizer.Load(copy.Open()), copy.FileAt("tokenizer.json"), "not valid JSON at line");
    }

    [Theory]
    [InlineData("{\"max_position_embeddings\": 0}", "states a context length of 0")]
    [InlineData("{}", "no file of the folder states the context length")]
    [InlineData("{\"max_position_embeddings\": \"many\"}", "is a text where a whole number is expected")]
    [InlineData("[]", "holds a list where an object is expected")]
    public void A_configuration_that_makes_no_sense_is_named(string config, string says)
    {
        using var copy = ModelCopy.Of("tiny/llama-optimum").With("config.json", config).Without("tokenizer_config.json");
        Expect(() => copy.Open(), copy.FileAt("config.json"), says);
    }

    [Theory]
    [InlineData("../other/model.onnx")]
    [InlineData("/etc/model.onnx")]
    [InlineData("..")]
    [InlineData("a\\..\\model.onnx")]
    public void A_graph_outside_the_folder_is_refused(string graph)
    {
        using var copy = ModelCopy.Of("tiny/llama-packed");
        Assert.Contains("which is not inside the model's folder", Assert.Throws<UnusableException>(() => copy.Open(graph)).Message, StringComparison.Ordinal);
        copy.Replacing("genai_config.json", "\"model.onnx\"", $"\"{graph.Replace("\\", "\\\\", StringComparison.Ordinal)}\"");
        Expect(() => copy.Open(), copy.FileAt("genai_config.json"), "not inside the model's folder");
    }

    [Fact]
    public void Weights_outside_the_folder_are_refused()
    {
        using var copy = ModelCopy.Of("tiny/llama-packed").ReplacingInGraph("model.onnx.data", "../../etc/xdata");
        Expect(() => copy.Open(), copy.FileAt("model.onnx"), "\"../../etc/xdata\"");
    }

    [Fact]
    public void A_link_out_of_the_folder_is_refused_and_one_within_is_not()
    {
        using var copy = ModelCopy.Of("tiny/llama-packed");
        File.Move(copy.FileAt("model.onnx.data"), copy.FileAt("weights"));
        File.CreateSymbolicLink(copy.FileAt("model.onnx.data"), "weights");
        Assert.Single(copy.Open().ExternalDataPaths);
        File.Delete(copy.FileAt("model.onnx.data"));
        File.CreateSymbolicLink(copy.FileAt("model.onnx.data"), Repository.PathOf("models", "tiny", "llama-packed", "model.onnx.data"));
        Expect(() => copy.Open(), copy.FileAt("model.onnx.data"), "it is a link to");
    }

    [Fact]
    public void A_graph_that_is_not_there_is_named_with_those_that_are()
    {
        using var copy = ModelCopy.Of("tiny/llama-packed");
        var fault = Expect(() => copy.Open("other.onnx"), copy.FileAt("other.onnx"), "there is no such graph");
        Assert.Contains("Name one of: model.onnx", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model_q4.onnx")]
    [InlineData("onnx/model_q4f16.onnx")]
    [InlineData("onnx/model_quantized.onnx")]
    [InlineData("decoder_model_merged.onnx")]
    public void The_only_graph_of_a_folder_is_taken_whatever_its_name(string graph)
    {
        using var copy = ModelCopy.Of("tiny/llama-optimum");
        Directory.CreateDirectory(copy.FileAt("onnx"));
        File.Move(copy.FileAt("model.onnx"), copy.FileAt(graph));
        Assert.Equal(copy.FileAt(graph), copy.Open().GraphPath);
        File.Copy(copy.FileAt(graph), copy.FileAt(graph[..^".onnx".Length] + ".8bit.onnx"));
        Assert.Equal(copy.FileAt(graph), copy.Open().GraphPath);
    }

    [Fact]
    public void A_graph_that_the_configuration_does_not_know_is_taken_where_it_is_the_only_one()
    {
        using var copy = ModelCopy.Of("tiny/llama-packed");
        File.Move(copy.FileAt("model.onnx"), copy.FileAt("model_q4f16.onnx"));
        Assert.Equal(copy.FileAt("model_q4f16.onnx"), copy.Open().GraphPath);

        File.Copy(copy.FileAt("model_q4f16.onnx"), copy.FileAt("model_q8.onnx"));
        Expect(
            () => copy.Open(),
            copy.FileAt("model.onnx"),
            "genai_config.json names this graph, but it is not there, and the folder holds 2 others: model_q4f16.onnx, model_q8.onnx. Name the one to use with --graph");
    }

    [Fact]
    public void Of_several_graphs_none_is_guessed()
    {
        using var copy = ModelCopy.Of("tiny/llama-optimum");
        Directory.CreateDirectory(copy.FileAt("onnx"));
        File.Move(copy.FileAt("model.onnx"), copy.FileAt("onnx/model_q4.onnx"));
        File.Copy(copy.FileAt("onnx/model_q4.onnx"), copy.FileAt("onnx/model_fp16.onnx"));
        Expect(
            () => copy.Open(),
            copy.FileAt("model.onnx"),
            "the folder holds 2 others: onnx/model_fp16.onnx, onnx/model_q4.onnx. Name the one to use with --graph");
        Assert.Equal(copy.FileAt("onnx/model_q4.onnx"), copy.Open("onnx/model_q4.onnx").GraphPath);
    }

    [Fact]
    public void The_map_of_special_tokens_tells_what_the_tokenizers_settings_do_not()
    {
        using var copy = ModelCopy.Of("tiny/llama-optimum")
            .With("tokenizer_config.json", """{"added_tokens_decoder": {"0": {"content": "<|pad|>"}}, "bos_token": null, "unk_token": "<|unk|>"}""")
            .With("generation_config.json", "{}")
            .With("config.json", """{"max_position_embeddings": 512}""")
            .With("special_tokens_map.json", """{"bos_token": "<|b|>", "eos_token": {"content": "<|eos|>", "lstrip": false}, "unk_token": "<|u|>", "pad_token": "<|pad|>"}""");
        var folder = copy.Open();
        Assert.Equal((null, "<|eos|>"), (folder.BeginToken, folder.EndToken));
        Assert.Equal([2], folder.EndTokens);
        Assert.Equal("eos_token: <|eos|>, pad_token: <|pad|>, unk_token: <|unk|>", string.Join(", ", folder.NamedTokens.Select(static token => $"{token.Key}: {token.Value}")));

        // Without added_tokens_decoder it is a folder of an older release, whose map goes before.
        var older = copy.With("tokenizer_config.json", """{"bos_token": null, "unk_token": "<|unk|>"}""").Open();
        Assert.Equal(("<|b|>", "<|u|>"), (older.BeginToken, older.NamedTokens["unk_token"]));
    }

    [Theory]
    [InlineData("added_tokens.json", """{"<|end|>": 77}""", "<|end|>", 77)]
    [InlineData("added_tokens.json", "{}", "a", 0)]
    public void A_token_that_ends_a_turn_is_found_wherever_its_id_stands(string file, string text, string token, int id)
    {
        using var copy = ModelCopy.Of("tiny/llama-optimum")
            .With(file, text)
            .With("generation_config.json", "{}")
            .With("config.json", """{"max_position_embeddings": 512}""")
            .With("tokenizer_config.json", $$$"""{"eos_token": "{{{token}}}", "added_tokens_decoder": {}}""");
        if (id == 0)
        {
            id = Tokenizer.Load(copy.Open()).IdOf(token)!.Value;
        }

        Assert.Equal([id], copy.Open().EndTokens);
    }

    [Fact]
    public void A_folder_of_safetensors_is_told_from_one_without_graph()
    {
        var fault = Assert.Throws<UnusableException>(() => ModelFolder.Open(Repository.PathOf("models", "tiny", "llama-safetensors")));
        Assert.Contains("export them to ONNX", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_graphs_end_in_a_model_exception()
    {
        using var copy = ModelCopy.Of("tiny/llama-packed");
        var graph = File.ReadAllBytes(copy.FileAt("model.onnx"));
        var random = new Random(1);
        var faults = 0;
        for (var i = 0; i < 300; i++)
        {
            var damaged = graph.ToArray();
            for (var j = 0; j < 20; j++)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            File.WriteAllBytes(copy.FileAt("model.onnx"), damaged);
            try
            {
                copy.Open();
            }
            catch (UnusableException)
            {
                faults++;
            }
        }

        Assert.InRange(faults, 1, 300);
    }

    private static UnusableException Expect(Action action, string file, string says)
    {
        var exception = Assert.Throws<UnusableException>(action);
        Assert.Equal(file, exception.Location.Source);
        Assert.StartsWith(file + ": ", exception.Message, StringComparison.Ordinal);
        Assert.Contains(says, exception.Message, StringComparison.Ordinal);
        return exception;
    }
}
