
namespace MedQA.Inference.Tests.Sessions;

/// <summary>A changed copy of a tiny model in a folder of its own.</summary>
internal sealed class TinyVariant : IDisposable
{
    private const int Graph = 7;
    private const int Node = 1;
    private const int Attribute = 5;
    private const int Input = 11;
    private const int Output = 12;
    public const int Float16 = 10;
    public const int BFloat16 = 16;
    private const int Float32 = 1;
    private const int Int64 = 7;
    private const int Boolean = 9;

    private TinyVariant(string model, Action<OnnxMessage> edit)
    {
        Folder = Directory.CreateTempSubdirectory("medqa-tiny-").FullName;
        foreach (var file in Directory.GetFiles(Repository.PathOf("models", "tiny", model)))
        {
            File.Copy(file, Path.Combine(Folder, Path.GetFileName(file)));
        }

        var path = Path.Combine(Folder, "model.onnx");
        File.WriteAllBytes(path, OnnxMessage.Parse(File.ReadAllBytes(path)).Edit(Graph, edit).Write());
    }

    public string Folder { get; }

    /// <summary>Attention looks back over a window of cells.</summary>
    public static TinyVariant WithWindow(string model, int cells) => new(model, graph => graph.Edit(Node, node =>
    {
        if (IsAttention(node))
        {
            node.Edit(Attribute, attribute =>
            {
                if (attribute.Text(1) == "local_window_size")
                {
                    attribute.Set(3, cells);
                }
            });
        }
    }));

    /// <summary>The table of rotary angles is computed by the graph, as LongRoPE does.</summary>
    public static TinyVariant WithComputedRotary(string model) => new(model, graph =>
    {
        graph.Edit(Node, static node =>
        {
            if (IsAttention(node))
            {
                EditInputs(node, static (index, name) => index is 7 or 8 ? $"{name}_computed" : name);
            }
        });
        graph.AddFirst(Node, Operation("Identity", "cos_cache", "cos_cache_computed"));
        graph.AddFirst(Node, Operation("Identity", "sin_cache", "sin_cache_computed"));
    });

    /// <summary>The attention bias is an input that attention does not get: samples of a packed row see each other.</summary>
    public static TinyVariant WithDeafBias(string model) => new(model, static graph => graph.Edit(Node, static node =>
    {
        if (IsAttention(node))
        {
            EditInputs(node, static (index, name) => index == 10 ? "" : name);
        }
    }));

    /// <summary>The attention mask is an input that the graph takes for ones: rows of different length see each other's padding.</summary>
    public static TinyVariant WithDeafMask(string model) => new(model, static graph =>
    {
        graph.Edit(Node, static node => EditInputs(node, static (_, name) => name == "attention_mask" ? "attention_mask_ones" : name));
        foreach (var node in (OnnxMessage[])
            [
                Cast("attention_mask", "attention_mask_bool", Boolean),
                Operation("Not", "attention_mask_bool", "attention_mask_not"),
                Operation("Or", "attention_mask_bool", "attention_mask_true").Add(1, "attention_mask_not"),
                Cast("attention_mask_true", "attention_mask_ones", Int64),
            ])
        {
            graph.AddFirst(Node, node);
        }
    });

    /// <summary>An input that no engine expects.</summary>
    public static TinyVariant WithInput(string model, string name) => new(model, graph => graph.Add(Input, new OnnxMessage().Set(1, name).Add(
        2, new OnnxMessage().Add(1, new OnnxMessage().Set(1, Float32)))));

    /// <summary>The hidden states of the last layer, a tensor within the graph, are an output too.</summary>
    public static TinyVariant WithHiddenStates(string model, string tensor, string name, int size) => new(model, graph =>
    {
        graph.Add(Node, Operation("Identity", tensor, name));
        var shape = new OnnxMessage().Add(1, new OnnxMessage().Set(2, "batch")).Add(1, new OnnxMessage().Set(2, "tokens")).Add(1, new OnnxMessage().Set(1, size));
        graph.Add(Output, new OnnxMessage().Set(1, name).Add(2, new OnnxMessage().Add(1, new OnnxMessage().Set(1, Float32).Add(2, shape))));
    });

    /// <summary>A present output by another name.</summary>
    public static TinyVariant WithoutPresent(string model, string name) => new(model, graph =>
    {
        graph.Edit(Node, node => node.SetTexts(2, [.. node.Texts(2).Select(output => output == name ? "renamed" : output)]));
        graph.Edit(Output, output =>
        {
            if (output.Text(1) == name)
            {
                output.Set(1, "renamed");
            }
        });
    });

    /// <summary>GroupQueryAttention computes in float16 or bfloat16, and cache and bias are the same.</summary>
    public static TinyVariant WithHalfAttention(string model, int type = Float16) => new(model, graph =>
    {
        var casts = new List<OnnxMessage>();
        graph.Edit(Node, node =>
        {
            if (IsAttention(node))
            {
                casts.Add(Cast(node.Texts(1)[0], $"{node.Texts(1)[0]}_half", type));
                casts.Add(Cast($"{node.Texts(2)[0]}_half", node.Texts(2)[0], Float32));
                EditInputs(node, static (index, name) => index is 0 or 7 or 8 ? $"{name}_half" : name);
                var outputs = node.Texts(2);
                node.SetTexts(2, [$"{outputs[0]}_half", .. outputs[1..]]);
            }
        });
        foreach (var cast in (OnnxMessage[])[.. casts, Cast("cos_cache", "cos_cache_half", type), Cast("sin_cache", "sin_cache_half", type)])
        {
            graph.AddFirst(Node, cast);
        }

        SetCacheType(graph, type);
    });

    /// <summary>The logits are float16 or bfloat16.</summary>
    public static TinyVariant WithHalfLogits(string model, int type) => new(model, graph =>
    {
        graph.Edit(Node, static node => node.SetTexts(2, [.. node.Texts(2).Select(static name => name == "logits" ? "logits_single" : name)]));
        graph.Add(Node, Cast("logits_single", "logits", type));
        graph.Edit(Output, output =>
        {
            if (output.Text(1) == "logits")
            {
                output.Edit(2, element => element.Edit(1, tensor => tensor.Set(1, type)));
            }
        });
    });

    /// <summary>The cache that grows is float16 or bfloat16 outside the graph.</summary>
    public static TinyVariant WithHalfCache(string model, int type = Float16) => new(model, graph =>
    {
        var casts = new List<OnnxMessage>();
        graph.Edit(Node, node =>
        {
            EditInputs(node, static (_, name) => name.StartsWith("past_key_values.", StringComparison.Ordinal) ? $"{name}_single" : name.StartsWith("present.", StringComparison.Ordinal) ? $"{name}_single" : name);
            node.SetTexts(2, [.. node.Texts(2).Select(static name => name.StartsWith("present.", StringComparison.Ordinal) ? $"{name}_single" : name)]);
        });
        graph.Edit(Input, input => AddCast(input.Text(1)!, "past_key_values.", toHalf: false));
        graph.Edit(Output, output => AddCast(output.Text(1)!, "present.", toHalf: true));
        foreach (var cast in casts)
        {
            graph.AddFirst(Node, cast);
        }

        SetCacheType(graph, type);

        void AddCast(string name, string prefix, bool toHalf)
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal))
            {
                casts.Add(toHalf ? Cast($"{name}_single", name, type) : Cast(name, $"{name}_single", Float32));
            }
        }
    });

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static bool IsAttention(OnnxMessage node) => node.Text(4) == "GroupQueryAttention";

    private static void EditInputs(OnnxMessage node, Func<int, string, string> edit)
    {
        if (node.Texts(1) is { Count: > 0 } inputs)
        {
            node.SetTexts(1, [.. inputs.Select((name, index) => edit(index, name))]);
        }
    }

    private static OnnxMessage Operation(string type, string input, string output) => new OnnxMessage().Add(1, input).Add(2, output).Add(3, $"{output}_{type}").Add(4, type);

    // An attribute: name (1), integer (3), kind (20) INT = 2.
    private static OnnxMessage Cast(string input, string output, int type) =>
        Operation("Cast", input, output).Add(Attribute, new OnnxMessage().Set(1, "to").Set(3, type).Set(20, 2));

    private static void SetCacheType(OnnxMessage graph, int element)
    {
        foreach (var field in (int[])[Input, Output, 13])
        {
            graph.Edit(field, value =>
            {
                if (value.Text(1) is { } name && (name.StartsWith("past_key_values.", StringComparison.Ordinal) || name.StartsWith("present.", StringComparison.Ordinal) || name == "attention_bias"))
                {
                    value.Edit(2, type => type.Edit(1, tensor => tensor.Set(1, element)));
                }
            });
        }
    }
}
