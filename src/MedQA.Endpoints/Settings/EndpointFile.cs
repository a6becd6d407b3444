using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;
using MedQA.Files;

namespace MedQA.Endpoints.Settings;

/// <summary>
/// What a model's folder says of the service that is asked for it: its file <c>endpoint.json</c>. No secret stands in it, so that it can be
/// kept with code.
/// </summary>
public sealed class EndpointFile
{
    /// <summary>The file's name in a model's folder.</summary>
    public const string FileName = "endpoint.json";

    /// <summary>The version of the file that this version reads; a file without one has the first.</summary>
    public const int CurrentFormat = 1;

    internal const string DefaultMaxTokensField = "max_tokens";

    internal const int DefaultTimeoutSeconds = 300;

    private const int MaxBytes = 1 << 20;

    private EndpointFile(string path, string name, EndpointContent content, Uri address, EndpointAuthentication? authentication)
    {
        (Path, Name, Address, Authentication) = (path, name, address, authentication);
        Model = content.Model;
        ContextLength = content.ContextLength;
        Supports = content.Supports ?? new();
        FixedTemperature = content.FixedTemperature;
        MaxTokensField = content.MaxTokensField;
        Timeout = TimeSpan.FromSeconds(content.TimeoutSeconds);
        Limits = content.Limits ?? new();
        Prices = content.Prices;
        Facts = ModelFacts.OrNull(new()
        {
            Parameters = content.Parameters is { } all ? ParameterCount.Find(all) : null,
            ActiveParameters = content.ActiveParameters is { } active ? ParameterCount.Find(active) : null,
            Family = content.Family,
            Stated = content.Parameters is not null,
        });
        Options = content.Options is { } options
            ? options.EnumerateObject().ToImmutableSortedDictionary(
                static option => option.Name, static option => option.Value, StringComparer.Ordinal)
            : ImmutableSortedDictionary<string, JsonElement>.Empty;
    }

    /// <summary>The file's path.</summary>
    public string Path { get; }

    /// <summary>The model's name: that of its folder.</summary>
    public string Name { get; }

    /// <summary>The base address, ending in a slash: <c>chat/completions</c> is below it.</summary>
    public Uri Address { get; }

    /// <summary>The model or deployment that requests name.</summary>
    public string Model { get; }

    /// <summary>How requests are authenticated; <see langword="null"/> if they are not.</summary>
    public EndpointAuthentication? Authentication { get; }

    /// <summary>The most tokens that prompt and answer can have together.</summary>
    public int ContextLength { get; }

    /// <summary>Which fields of requests the service takes.</summary>
    public EndpointSupport Supports { get; }

    /// <summary>
    /// Whether the service takes no temperature and no top-p, as for some models that reason: its own are in force then, whatever the
    /// profile says.
    /// </summary>
    public bool FixedTemperature { get; }

    /// <summary>The field that limits an answer's tokens: <c>max_tokens</c> or <c>max_completion_tokens</c>.</summary>
    public string MaxTokensField { get; }

    /// <summary>How long one try of a request may take, the answer included.</summary>
    public TimeSpan Timeout { get; }

    /// <summary>What the service allows.</summary>
    public EndpointLimits Limits { get; }

    /// <summary>What tokens cost; <see langword="null"/> if the file does not say.</summary>
    public TokenPrices? Prices { get; }

    /// <summary>The model's size and family as the file states them; <see langword="null"/> if it does not.</summary>
    public ModelFacts? Facts { get; }

    /// <summary>Fields that stand in every request, such as <c>reasoning_effort</c>.</summary>
    public ImmutableSortedDictionary<string, JsonElement> Options { get; }

    /// <summary>The host, with its port where that is not the scheme's own.</summary>
    public string Host => Address.Authority;

    /// <summary>Returns whether a folder is that of a model behind an endpoint.</summary>
    public static bool Exists(string folder) => File.Exists(System.IO.Path.Combine(folder, FileName));

    /// <summary>Reads the file of a folder.</summary>
    /// <exception cref="InputException">It cannot be used; the message names the file, the field and what to do.</exception>
    /// <exception cref="UnusableException">It was written for a later version.</exception>
    /// <exception cref="IOException">It is missing or cannot be read.</exception>
    public static EndpointFile Read(string folder)
    {
        var full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(folder));
        var path = System.IO.Path.Combine(folder, FileName);
        return Parse(path, System.IO.Path.GetFileName(full), RegularFile.ReadAllBytes(path));
    }

    /// <summary>Returns what the model is. Nothing is asked for it.</summary>
    public ModelDescription Describe() => new()
    {
        Name = Name,
        Fingerprint = Fingerprint(),
        EngineFingerprint = $"endpoint; {Host}; {Model}",
        ContextLength = ContextLength,
        HasChatTemplate = true,
        GivesLogLikelihoods = false,
        TakesCompletions = false,
        TruncatesByRank = Supports is { TopK: true, MinP: true },
        TakesTemplateArguments = Supports.TemplateArguments,
        Endpoint = new ModelEndpoint(Host, Model, Prices),
        HasLimits = true,
        Facts = Facts,
    };

    internal static EndpointFile Parse(string path, string name, byte[] utf8)
    {
        if (utf8.Length > MaxBytes)
        {
            throw new InputException(path, $"has {utf8.Length:N0} bytes; a model's endpoint takes at most {MaxBytes:N0}.");
        }

        var content = ContentOf(path, utf8);
        if (EndpointRules.FaultOf(content) is { } fault)
        {
            throw new InputException(new FaultLocation(path, Field: fault.Path), fault.Sentence("the file"));
        }

        return new EndpointFile(
            path, name, content, EndpointRules.AddressOf(content.Address), EndpointRules.AuthenticationOf(content.Authentication));
    }

    private static EndpointContent ContentOf(string path, byte[] utf8)
    {
        StoredFormat.Check(path, utf8, "format", CurrentFormat);
        JsonElement json;
        try
        {
            json = JsonElement.Parse(utf8.AsSpan().StartsWith("\uFEFF"u8) ? utf8.AsSpan(3) : utf8);
        }
        catch (JsonException exception)
        {
            throw new InputException(path, $"the file is not JSON: {JsonShape.PlaceOf(exception)}.", inner: exception);
        }

        var fault = EndpointRules.FaultOf(json) ?? JsonShape.FaultOf(json, EndpointJson.Default.EndpointContent);
        if (fault is not null)
        {
            throw new InputException(new FaultLocation(path, Field: fault.Path), fault.Sentence("the file"));
        }

        try
        {
            return json.Deserialize(EndpointJson.Default.EndpointContent)!;
        }
        catch (JsonException exception)
        {
            // What is left has the right shape, but for nulls where a value is needed.
            var field = exception.Path?.TrimStart('$', '.') ?? "";
            throw new InputException(new FaultLocation(path, Field: field), $"the file: '{field}' must not be null.", inner: exception);
        }
    }

    /// <summary>Hashes what decides the answers; prices, limits, authentication, size and family do not.</summary>
    private string Fingerprint() => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(
        new EndpointIdentity(
            Address.AbsoluteUri,
            Model,
            ContextLength,
            Supports,
            FixedTemperature,
            MaxTokensField,
            Options.IsEmpty ? null : OptionsAsJson()),
        EndpointJson.Default.EndpointIdentity)));

    /// <summary>Returns the options in the order of their names, so that the order in the file does not matter.</summary>
    private JsonElement OptionsAsJson()
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in Options)
            {
                writer.WritePropertyName(name);
                value.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        return JsonElement.Parse(stream.ToArray());
    }
}
