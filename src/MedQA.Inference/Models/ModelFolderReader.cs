using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using MedQA.Evaluation;
using MedQA.Inference.Optimization;

namespace MedQA.Inference.Models;

/// <summary>Reads what the configuration files of one model's folder state.</summary>
/// <param name="folder">The folder's absolute path, links resolved.</param>
internal sealed class ModelFolderReader(string folder)
{
    /// <summary>The longest template that is read.</summary>
    private const int MaxTemplateLength = 1 << 20;

    /// <summary>Where Optimum and transformers.js keep the graphs of a model.</summary>
    private const string GraphFolder = "onnx";

    private const string GraphEnding = ".onnx";

    private static readonly string[] NamedTokenMembers =
        ["bos_token", "eos_token", "unk_token", "pad_token", "sep_token", "cls_token", "mask_token"];

    public ModelFolder Read(string name, string? graphFile)
    {
        var config = ModelJson.Read(PathOf("config.json"));
        var genai = ModelJson.Read(PathOf("genai_config.json"));
        var generation = ModelJson.Read(PathOf("generation_config.json"));
        var tokenizer = ModelJson.Read(PathOf("tokenizer_config.json"));
        var specials = ModelJson.Read(PathOf("special_tokens_map.json"));
        if (config is null && genai is null)
        {
            throw new UnusableException(
                PathOf("config.json"),
                "neither it nor genai_config.json is there",
                "Copy the model's configuration into the folder");
        }

        // A model that also sees or hears states its language half in text_config.
        var language = config?.Find("text_config") ?? config;
        var genaiModel = genai?.Get("model");
        var decoder = genaiModel?.Get("decoder");
        var graphPath = GraphPath(graphFile, decoder);
        var tokenizerPath = Required(
            "tokenizer.json",
            "the text cannot be turned into tokens without it",
            "Copy tokenizer.json of the model into the folder (a sentencepiece tokenizer.model alone is not read)");
        var named = NamedTokens(tokenizer, specials);
        var (template, templatePath) = Template(tokenizer);
        var attentionHeads = First(decoder?.Find("num_attention_heads"), language?.Find("num_attention_heads"), language?.Find("n_head"));
        var hiddenSize = First(decoder?.Find("hidden_size"), language?.Find("hidden_size"), language?.Find("n_embd"));
        var kind = (language?.Find("model_type") ?? genaiModel?.Find("type"))?.Text() ?? "";
        return new ModelFolder
        {
            Path = folder,
            Name = name,
            GraphPath = graphPath,
            TokenizerPath = tokenizerPath,
            ExternalDataPaths = ExternalData(graphPath),
            ContextLength = ContextLength(genaiModel, language, tokenizer, config),
            EndTokens = EndTokens(tokenizerPath, tokenizer, named, config, language, generation, genaiModel),
            NamedTokens = named,
            BeginToken = named.GetValueOrDefault("bos_token"),
            EndToken = named.GetValueOrDefault("eos_token"),
            AddsBeginToken = tokenizer?.Find("add_bos_token")?.Flag(),
            ChatTemplateSource = template,
            ChatTemplatePath = templatePath,
            ModelType = kind,
            StatedFacts = ModelSizes.StatedIn(PathOf(ModelFolder.FactsFile)),
            HasTiedEmbeddings = ModelSizes.AreTied(kind, language, config),
            IdleParameters = ModelSizes.Idle(language),
            Layers = First(decoder?.Find("num_hidden_layers"), language?.Find("num_hidden_layers"), language?.Find("n_layer")),
            AttentionHeads = attentionHeads,
            KeyValueHeads = First(decoder?.Find("num_key_value_heads"), language?.Find("num_key_value_heads")) ?? attentionHeads,
            HeadSize = First(decoder?.Find("head_size"), language?.Find("head_dim"))
                ?? (attentionHeads is { } heads && hiddenSize is { } width ? width / heads : null),
            HiddenSize = hiddenSize,
            VocabularySize = First(genaiModel?.Find("vocab_size"), language?.Find("vocab_size")),
            SlidingWindow = SlidingWindow(language, decoder),
        };
    }

    private string PathOf(string name) => Path.Combine(folder, name);

    private string Required(string name, string why, string remedy)
    {
        var path = ModelFile.Inside(folder, name, PathOf(name));
        return File.Exists(path)
            ? path
            : throw new UnusableException(path, $"the file is not there, and {why}", remedy);
    }

    private string GraphPath(string? graphFile, ModelJson? decoder)
    {
        if (graphFile is not null)
        {
            var asked = ModelFile.Inside(folder, graphFile, "The graph asked for");
            if (File.Exists(asked))
            {
                return asked;
            }

            var graphs = Graphs(SearchOption.AllDirectories);
            throw new UnusableException(
                asked,
                "there is no such graph",
                graphs.Count == 0 ? "The folder has no graph at all: copy one into it" : $"Name one of: {string.Join(", ", graphs)}");
        }

        var named = decoder?.Find("filename") is { } filename ? ModelFile.Inside(folder, filename.Text(), filename.File) : null;
        if (named is not null && File.Exists(named))
        {
            return named;
        }

        foreach (var usual in named is null ? (ReadOnlySpan<string>)["model.onnx", "onnx/model.onnx"] : [])
        {
            if (File.Exists(PathOf(usual)))
            {
                return ModelFile.Inside(folder, usual, PathOf(usual));
            }
        }

        // A model that comes in several graphs may be here in another one than genai_config.json names.
        var missing = named is null ? "the graph is not there" : "genai_config.json names this graph, but it is not there";
        var found = Others();
        return found switch
        {
            [var only] => ModelFile.Inside(folder, only, PathOf(only)),
            [] => throw new UnusableException(named
                ?? PathOf("model.onnx"), missing, Directory.EnumerateFiles(folder, "*.safetensors").Any()
                ? "The folder holds the weights as safetensors: export them to ONNX first"
                : "Copy the graph into the folder, or name another one"),
            _ => throw new UnusableException(
                named ?? PathOf("model.onnx"),
                $"{missing}, and the folder holds {found.Count} others: {string.Join(", ", found)}",
                "Name the one to use with --graph (Model__Graph in a deployment)"),
        };
    }

    /// <summary>Returns the graphs of the folder and of its onnx, under whatever name.</summary>
    private List<string> Others()
    {
        var found = Graphs(SearchOption.TopDirectoryOnly);
        if (Directory.Exists(PathOf(GraphFolder)))
        {
            found.AddRange(
                new ModelFolderReader(PathOf(GraphFolder)).Graphs(SearchOption.TopDirectoryOnly)
                    .Select(static graph => $"{GraphFolder}/{graph}"));
        }

        // The output of `medqa models optimize` is next to its graph and is only used where it is named.
        found.RemoveAll(
            graph => graph.EndsWith(ModelOptimization.Ending, StringComparison.Ordinal)
                && found.Contains(graph[..^ModelOptimization.Ending.Length] + GraphEnding));
        return found;
    }

    private List<string> Graphs(SearchOption where) =>
        [.. Directory.EnumerateFiles(folder, "*" + GraphEnding, where)
            .Select(path => Path.GetRelativePath(folder, path))
            .Order(StringComparer.Ordinal)];

    private ImmutableArray<string> ExternalData(string graphPath)
    {
        // Tuning can read weights without a graph; such a file names no others.
        if (graphPath.EndsWith(".safetensors", StringComparison.Ordinal))
        {
            return [];
        }

        var graphFolder = Path.GetDirectoryName(graphPath)!;
        var prefix = Path.GetRelativePath(folder, graphFolder) is var relative && relative == "." ? "" : relative + "/";
        var paths = ImmutableArray.CreateBuilder<string>();
        foreach (var location in OnnxExternalData.LocationsIn(graphPath))
        {
            var path = ModelFile.Inside(folder, prefix + location, graphPath);
            if (!File.Exists(path))
            {
                throw new UnusableException(
                    path,
                    $"the graph {Path.GetFileName(graphPath)} keeps its weights in this file, but it is not there",
                    "Copy the file into the folder, under this name");
            }

            paths.Add(ModelFile.Regular(path));
        }

        return paths.ToImmutable();
    }

    private static int ContextLength(ModelJson? genaiModel, ModelJson? language, ModelJson? tokenizer, ModelJson? config)
    {
        // tokenizer_config.json writes 1e30 for "no limit", which is not an integer: only a number of tokens counts.
        var stated = First(genaiModel?.Find("context_length"), language?.Find("max_position_embeddings"), language?.Find("n_positions"))
            ?? (tokenizer?.Find("model_max_length") is { Element.ValueKind: JsonValueKind.Number } longest
                && longest.Element.TryGetInt32(out var tokens) ? tokens : null);
        var file = (genaiModel ?? config)!.Value.File;
        return stated switch
        {
            null =>
                throw new UnusableException(
                    file,
                    "no file of the folder states the context length",
                    "Add max_position_embeddings to config.json"),
            < 1 => throw new UnusableException(
                file,
                $"it states a context length of {stated}",
                "Correct context_length or max_position_embeddings"),
            { } length => length,
        };
    }

    /// <summary>
    /// Returns the special tokens by name. special_tokens_map.json adds those on which tokenizer_config.json is silent, and goes before it
    /// where that file has no added_tokens_decoder: so transformers reads folders of its older releases.
    /// </summary>
    private static ImmutableSortedDictionary<string, string> NamedTokens(ModelJson? tokenizer, ModelJson? specials)
    {
        var named = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var isOlder = tokenizer?.Find("added_tokens_decoder") is null;
        var stated = tokenizer?.Members().Select(static member => member.Name).ToHashSet(StringComparer.Ordinal) ?? [];
        foreach (var (member, value) in (tokenizer?.Members() ?? []).Concat(
            specials?.Members().Where(member => isOlder || !stated.Contains(member.Name)) ?? []))
        {
            var isNamed = NamedTokenMembers.Contains(member) || (member.EndsWith("_token", StringComparison.Ordinal) && value.IsString);
            if (isNamed && TokenText(value) is { } text)
            {
                named[member] = text;
            }
        }

        return named.ToImmutable();
    }

    private static string? TokenText(ModelJson value) => value.Element.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.Object => value.Get("content").Text(),
        _ => value.Text(),
    };

    private (string? Source, string? Path) Template(ModelJson? tokenizer)
    {
        var jinja = PathOf("chat_template.jinja");
        if (File.Exists(jinja))
        {
            var bytes = ModelFile.ReadAllBytes(ModelFile.Inside(folder, "chat_template.jinja", jinja));
            try
            {
                return (Checked(new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes).TrimStart('\uFEFF'), jinja), jinja);
            }
            catch (DecoderFallbackException exception)
            {
                throw new UnusableException(jinja, "it is not UTF-8 text", "Fetch the file again", exception);
            }
        }

        var other = ModelJson.Read(PathOf("chat_template.json"));
        if ((other is { } file ? file.Get("chat_template") : tokenizer?.Find("chat_template")) is not { } stated)
        {
            return (null, null);
        }

        if (!stated.IsArray)
        {
            return (Checked(stated.Text(), stated.File), stated.File);
        }

        foreach (var item in stated.Items())
        {
            if (item.Get("name").Text() == "default")
            {
                return (Checked(item.Get("template").Text(), item.File), item.File);
            }
        }

        throw stated.Damaged("is a list of templates without one named \"default\"");
    }

    private static string Checked(string template, string file) =>
        template.Length <= MaxTemplateLength
            ? template
            : throw new UnusableException(file, $"its chat template has {template.Length:N0} characters", "Fetch the file again");

    private ImmutableArray<int> EndTokens(
        string tokenizerPath, ModelJson? tokenizer, ImmutableSortedDictionary<string, string> named, params ReadOnlySpan<ModelJson?> files)
    {
        var ids = new SortedSet<int>();
        foreach (var file in files)
        {
            if (file?.Find("eos_token_id") is not { } stated)
            {
                continue;
            }

            if (stated.IsArray)
            {
                ids.UnionWith(stated.Items().Select(Id));
            }
            else
            {
                ids.Add(Id(stated));
            }
        }

        if (named.TryGetValue("eos_token", out var text) && IdOfAddedToken(text, tokenizer, tokenizerPath) is { } id)
        {
            ids.Add(id);
        }

        return [.. ids];

        static int Id(ModelJson value) => value.Integer() is var id and >= 0 ? id : throw value.Damaged("is a negative token id");
    }

    private int? IdOfAddedToken(string text, ModelJson? settings, string tokenizerPath)
    {
        if (settings?.Find("added_tokens_decoder") is { } decoder)
        {
            foreach (var (key, value) in decoder.Members())
            {
                if (value.Get("content").Text() == text && int.TryParse(key, System.Globalization.NumberStyles.None, null, out var id))
                {
                    return id;
                }
            }
        }

        var root = ModelJson.Parse(ModelFile.ReadAllBytes(tokenizerPath), tokenizerPath);
        foreach (var token in root.Find("added_tokens")?.Items() ?? [])
        {
            if (token.Get("content").Text() == text)
            {
                return token.Get("id").Integer();
            }
        }

        // Older folders list added tokens outside the tokenizer, and some end a turn with a token of the vocabulary itself.
        var added = ModelJson.Read(PathOf("added_tokens.json"))?.Find(text) ?? root.Find("model")?.Find("vocab")?.Find(text);
        return added?.Integer();
    }

    private static int? SlidingWindow(ModelJson? language, ModelJson? decoder)
    {
        if (decoder?.Find("sliding_window") is { IsObject: true } window && window.Find("window_size") is { } size)
        {
            return size.Integer();
        }

        // Qwen2 states a window, and also that it is not used.
        if (language?.Find("use_sliding_window") is { } used && !used.Flag())
        {
            return null;
        }

        return language?.Find("sliding_window")?.Integer();
    }

    private static int? First(params ReadOnlySpan<ModelJson?> stated)
    {
        foreach (var value in stated)
        {
            if (value is { } there)
            {
                return there.Integer();
            }
        }

        return null;
    }
}
