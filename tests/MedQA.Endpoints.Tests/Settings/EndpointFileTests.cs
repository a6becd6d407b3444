using System.Text;
using FsCheck.Xunit;
using MedQA.Endpoints.Settings;
using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;

namespace MedQA.Endpoints.Tests.Settings;

public sealed class EndpointFileTests
{
    private const string Least = """{"address": "http://localhost:8000/v1", "model": "llama", "contextLength": 8192}""";

    private const string All = """
        {
          "format": 1,
          "address": "https://example.openai.azure.com/openai/v1/",
          "model": "gpt",
          "authentication": {"environmentVariable": "AZURE_OPENAI_KEY", "header": "api-key"},
          "contextLength": 128000,
          "supports": {"n": true, "seed": true, "logprobs": true, "stop": true, "topK": true, "minP": true},
          "fixedTemperature": true,
          "maxTokensField": "max_completion_tokens",
          "timeoutSeconds": 600,
          "limits": {"requestsPerMinute": 60, "tokensPerMinute": 90000, "concurrency": 16},
          "prices": {"input": 0.4, "output": 1.6, "currency": "USD"},
          "options": {"reasoning_effort": "low"}
        }
        """;

    [Theory]
    [InlineData("\"7B\"", 7_000_000_000)]
    [InlineData("671026419200", 671_026_419_200)]
    public void Size_and_family_are_what_the_file_states_and_no_part_of_the_fingerprint(string written, long parameters)
    {
        var stated = Read(Least.Replace("8192}", "8192, \"parameters\": " + written + ", \"activeParameters\": \"1B\", \"family\": \"mine\"}", StringComparison.Ordinal));
        Assert.Equal(new ModelFacts { Parameters = parameters, ActiveParameters = 1_000_000_000, Family = "mine", Stated = true }, stated.Facts);
        Assert.Equal(stated.Facts, stated.Describe().Facts);
        Assert.Equal(Read(Least).Describe().Fingerprint, stated.Describe().Fingerprint);
        Assert.Null(Read(Least).Facts);
    }

    [Theory]
    [InlineData("\"parameters\": \"large\"", "parameters")]
    [InlineData("\"parameters\": -1", "parameters")]
    [InlineData("\"parameters\": \"7B\", \"activeParameters\": \"8B\"", "activeParameters")]
    [InlineData("\"family\": \" \"", "family")]
    public void A_size_that_cannot_be_meant_is_refused_by_name(string field, string name) => Assert.Contains(
        $"'{name}'", Assert.Throws<InputException>(() => Read(Least.Replace("8192}", $"8192, {field}}}", StringComparison.Ordinal))).Message, StringComparison.Ordinal);

    [Fact]
    public void The_shortest_file_supports_nothing_and_limits_concurrency_only()
    {
        var file = Read(Least);
        Assert.Equal("http://localhost:8000/v1/", file.Address.AbsoluteUri);
        Assert.Equal("localhost:8000", file.Host);
        Assert.Equal(("NAME", "llama", 8192), (file.Name, file.Model, file.ContextLength));
        Assert.Equal(new EndpointSupport(), file.Supports);
        Assert.Equal(new EndpointLimits(null, null, 4), file.Limits);
        Assert.Equal(("max_tokens", TimeSpan.FromMinutes(5), false), (file.MaxTokensField, file.Timeout, file.FixedTemperature));
        Assert.Null(file.Authentication);
        Assert.Null(file.Prices);
        Assert.Empty(file.Options);
        Assert.False(file.Describe().TruncatesByRank);
    }

    [Fact]
    public void The_longest_file_says_everything()
    {
        var file = Read(All);
        Assert.Equal(new KeyAuthentication("AZURE_OPENAI_KEY", "api-key"), file.Authentication);
        Assert.Equal(new EndpointSupport(true, true, true, true, true, true), file.Supports);
        Assert.Equal(new EndpointLimits(60, 90000, 16), file.Limits);
        Assert.Equal(("max_completion_tokens", TimeSpan.FromMinutes(10), true), (file.MaxTokensField, file.Timeout, file.FixedTemperature));
        Assert.Equal("low", file.Options["reasoning_effort"].GetString());
        var description = file.Describe();
        Assert.Equal("endpoint; example.openai.azure.com; gpt", description.EngineFingerprint);
        Assert.Equal(0.4m, description.Endpoint!.Prices!.CostOf(1_000_000, 0));
        Assert.True(description is { HasChatTemplate: true, GivesLogLikelihoods: false, TakesCompletions: false, TruncatesByRank: true });
    }

    [Fact]
    public void Entra_id_has_the_scope_of_azure_openai_unless_the_file_says_another()
    {
        Assert.Equal(new EntraAuthentication("https://cognitiveservices.azure.com/.default"), Read(With("authentication", """{"entraId": true}""")).Authentication);
        Assert.Equal(
            new EntraAuthentication("api://mine/.default"),
            Read(With("authentication", """{"entraId": true, "scope": "api://mine/.default"}""")).Authentication);
    }

    [Theory]
    [InlineData("adress", "1", "adress", "did you mean 'address'")]
    [InlineData("supports", """{"sead": true}""", "supports.sead", "unknown field")]
    [InlineData("supports", """{"n": "yes"}""", "supports.n", "true or false")]
    [InlineData("prices", """{"input": 1, "output": 2}""", "prices.currency", "missing")]
    [InlineData("prices", """{"input": "1", "output": 2, "currency": "EUR"}""", "prices.input", "a number")]
    [InlineData("prices", """{"input": -1, "output": 2, "currency": "EUR"}""", "prices", "0 to 1,000,000,000")]
    [InlineData("prices", """{"input": 1, "output": 2, "currency": "euro"}""", "prices.currency", "three capital letters")]
    [InlineData("limits", """{"concurrency": 0}""", "limits.concurrency", "1 to 1024")]
    [InlineData("limits", """{"requestsPerMinute": 0}""", "limits.requestsPerMinute", "1 or more")]
    [InlineData("limits", """{"tokensPerMinute": -5}""", "limits.tokensPerMinute", "1 or more")]
    [InlineData("timeoutSeconds", "0", "timeoutSeconds", "1 to 3600")]
    [InlineData("maxTokensField", "\"max\"", "maxTokensField", "max_completion_tokens")]
    [InlineData("options", "[]", "options", "an object")]
    [InlineData("options", """{"temperature": 1}""", "options.temperature", "Remove it")]
    [InlineData("options", """{"messages": []}""", "options.messages", "Remove it")]
    [InlineData("options", """{"api_key": "x"}""", "options.api_key", "secret")]
    [InlineData("format", "0", "format", "must be 1")]
    [InlineData("authentication", "{}", "authentication", "environmentVariable")]
    [InlineData("authentication", """{"entraId": true, "environmentVariable": "A"}""", "authentication", "Remove one")]
    [InlineData("authentication", """{"entraId": true, "header": "api-key"}""", "authentication.header", "keys")]
    [InlineData("authentication", """{"environmentVariable": "A", "scope": "api://x"}""", "authentication.scope", "entraId")]
    [InlineData("authentication", """{"environmentVariable": "A", "header": "Cookie"}""", "authentication.header", "api-key")]
    public void A_wrong_field_is_named_with_the_file_and_what_to_do(string field, string value, string named, string said)
    {
        var fault = Assert.Throws<InputException>(() => Read(With(field, value)));
        Assert.StartsWith("models/NAME/endpoint.json: ", fault.Message, StringComparison.Ordinal);
        Assert.Equal(named, fault.Location.Field);
        Assert.Contains($"'{named}'", fault.Message, StringComparison.Ordinal);
        Assert.Contains(said, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("address")]
    [InlineData("model")]
    [InlineData("contextLength")]
    public void What_every_file_needs_must_not_be_missing_or_null(string field)
    {
        var missing = Assert.Throws<InputException>(() => Read(Without(field)));
        Assert.Contains($"'{field}'", missing.Message, StringComparison.Ordinal);
        var isNull = Assert.Throws<InputException>(() => Read(With(field, "null")));
        Assert.Contains($"'{field}'", isNull.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost:8000/v1", "base address")]
    [InlineData("ftp://localhost/v1", "base address")]
    [InlineData("https://me:sk-123456@example.com/v1", "user or a password")]
    [InlineData("https://example.com/v1?key=sk-123456", "query")]
    [InlineData("https://example.com/v1?api-version=preview&code=sk-123456", "query")]
    [InlineData("https://example.com/v1#sk-123456", "'#'")]
    [InlineData("https://example.com/v1/chat/completions", "base address")]
    public void An_address_that_is_none_or_could_hold_a_secret_is_refused_without_showing_it(string address, string said)
    {
        var fault = Assert.Throws<InputException>(() => Read(With("address", $"\"{address}\"")));
        Assert.Equal("address", fault.Location.Field);
        Assert.Contains(said, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-123456", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"sk-123456\"")]
    [InlineData("[\"sk-123456\"]")]
    [InlineData("{\"environmentVariable\": \"sk-123456\"}")]
    [InlineData("{\"environmentVariable\": \"0a1b2c3d4e5f\"}")]
    public void A_key_in_the_place_of_its_variable_is_refused_without_showing_it(string authentication)
    {
        var fault = Assert.Throws<InputException>(() => Read(With("authentication", authentication)));
        Assert.Contains("key", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("123456", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("0a1b2c", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://10.0.0.5:8000/v1", false, false)]
    [InlineData("http://10.0.0.5:8000/v1", true, true)]
    [InlineData("https://10.0.0.5:8000/v1", false, true)]
    [InlineData("http://127.0.0.1:8000/v1", false, true)]
    [InlineData("http://[::1]:8000/v1", false, true)]
    [InlineData("http://localhost:8000/v1", false, true)]
    public void Credentials_go_over_a_network_only_encrypted_or_where_the_file_allows_it(string address, bool isAllowed, bool isTaken)
    {
        var json = $$"""
            {"address": "{{address}}", "model": "m", "contextLength": 10, "authentication": {"environmentVariable": "KEY"},
             "allowInsecure": {{(isAllowed ? "true" : "false")}}}
            """;
        if (isTaken)
        {
            Assert.NotNull(Read(json).Authentication);
        }
        else
        {
            Assert.Contains("allowInsecure", Assert.Throws<InputException>(() => Read(json)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_query_may_name_the_version_of_the_interface() =>
        Assert.Equal("?api-version=preview", Read(With("address", "\"https://example.com/openai/v1?api-version=preview\"")).Address.Query);

    [Theory]
    [InlineData("{", "not JSON")]
    [InlineData("[]", "an object")]
    [InlineData("null", "an object")]
    [InlineData("""{"model": "a", "model": "b"}""", "twice")]
    public void What_is_no_such_object_is_refused(string json, string said) =>
        Assert.Contains(said, Assert.Throws<InputException>(() => Read(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_file_of_a_later_version_is_refused() =>
        Assert.Contains("update medqa", Assert.Throws<UnusableException>(() => Read(With("format", "2"))).Message, StringComparison.Ordinal);

    [Fact]
    public void The_fingerprint_is_golden() =>
        Assert.Equal("4828a3eef54cf98a69bc6146cdb2d17788cdb8e09575ff7885d7c1057bf1a7ff", Read(All).Describe().Fingerprint);

    [Theory]
    [InlineData("address", "\"http://localhost:8001/v1\"", false)]
    [InlineData("address", "\"http://localhost:8000/v1/\"", true)]
    [InlineData("model", "\"other\"", false)]
    [InlineData("contextLength", "4096", false)]
    [InlineData("options", """{"reasoning_effort": "high"}""", false)]
    [InlineData("supports", """{"seed": true}""", false)]
    [InlineData("fixedTemperature", "true", false)]
    [InlineData("prices", """{"input": 1, "output": 2, "currency": "EUR"}""", true)]
    [InlineData("limits", """{"concurrency": 8}""", true)]
    [InlineData("timeoutSeconds", "10", true)]
    [InlineData("authentication", """{"environmentVariable": "KEY"}""", true)]
    public void The_fingerprint_follows_what_decides_the_answers(string field, string value, bool isSame) =>
        Assert.Equal(isSame, Read(Least).Describe().Fingerprint == Read(With(field, value)).Describe().Fingerprint);

    [Fact]
    public void The_order_of_options_does_not_change_the_fingerprint() => Assert.Equal(
        Read(With("options", """{"a": 1, "b": 2}""")).Describe().Fingerprint, Read(With("options", """{"b": 2, "a": 1}""")).Describe().Fingerprint);

    [Fact]
    public void A_folder_has_the_model_s_name()
    {
        using var folder = new ModelFolder(Least);
        Assert.True(EndpointFile.Exists(folder.Path));
        Assert.False(EndpointFile.Exists(Path.GetTempPath()));
        Assert.Equal("asked", EndpointFile.Read(folder.Path + Path.DirectorySeparatorChar).Name);
    }

    [Property]
    public bool Any_other_bytes_are_refused_as_input(byte[] bytes)
    {
        try
        {
            EndpointFile.Parse("endpoint.json", "NAME", bytes);
            return false;
        }
        catch (InputException)
        {
            return true;
        }
    }

    private static EndpointFile Read(string json) => EndpointFile.Parse("models/NAME/endpoint.json", "NAME", Encoding.UTF8.GetBytes(json));

    private static string With(string field, string value)
    {
        var fields = System.Text.Json.Nodes.JsonNode.Parse(Least)!.AsObject();
        fields[field] = System.Text.Json.Nodes.JsonNode.Parse(value);
        return fields.ToJsonString();
    }

    private static string Without(string field)
    {
        var fields = System.Text.Json.Nodes.JsonNode.Parse(Least)!.AsObject();
        fields.Remove(field);
        return fields.ToJsonString();
    }
}
