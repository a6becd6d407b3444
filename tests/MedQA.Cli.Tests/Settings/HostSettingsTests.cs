using MedQA.Azurite;
using MedQA.Cli.Settings;
using MedQA.Evaluation;
using Microsoft.Extensions.Logging;

namespace MedQA.Cli.Tests.Settings;

public sealed class HostSettingsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("medqa-settings-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Without_anything_the_defaults_hold()
    {
        var settings = Read();
        Assert.Equal(AzuritePorts.WellKnown, settings.Ports);
        Assert.Equal(Path.GetFullPath(".medqa"), settings.DataFolder);
        Assert.Equal(LogLevel.Warning, settings.Log);
        Assert.Null(settings.Storage);
    }

    [Fact]
    public void An_option_is_stronger_than_a_variable_and_a_variable_than_the_file()
    {
        File.WriteAllText(Path.Combine(_folder, "medqa.json"), """{ "threads": 1, "log": "debug", /* kept */ "ports": "1,2,3", }""");
        var settings = Read(
            options: new() { ["threads"] = "3" },
            variables: new() { ["MEDQA_THREADS"] = "2", ["MEDQA_PORTS"] = "4,5,6" });
        Assert.Equal(3, settings.Threads);
        Assert.Equal(new AzuritePorts(4, 5, 6), settings.Ports);
        Assert.Equal(LogLevel.Debug, settings.Log);
    }

    [Theory]
    [InlineData("ports", "1,2", "--ports is '1,2', but must be three different ports from 1 to 65,535, separated by commas, for example 11000,11001,11002.")]
    [InlineData("ports", "1,1,2", "--ports is '1,1,2', but must be three different ports from 1 to 65,535, separated by commas, for example 11000,11001,11002.")]
    [InlineData("ports", "1,2,70000", "--ports is '1,2,70000', but must be three different ports from 1 to 65,535, separated by commas, for example 11000,11001,11002.")]
    [InlineData("ports", "a,b,c", "--ports is 'a,b,c', but must be three different ports from 1 to 65,535, separated by commas, for example 11000,11001,11002.")]
    [InlineData("threads", "0", "--threads is '0', but must be a whole number from 1 to 1,024.")]
    [InlineData("provider", "tpu", "--provider is 'tpu', but must be cpu or cuda.")]
    [InlineData("log", "loud", "--log is 'loud', but must be one of none, error, warning, information, debug.")]
    [InlineData("urls", "ftp://127.0.0.1", "--urls is 'ftp://127.0.0.1', but must be an address like http://127.0.0.1:5080.")]
    [InlineData("keep", "0", "--keep is '0', but must be a whole number from 1 to 36,500.")]
    [InlineData("keepUploads", "ever", "--keep-uploads is 'ever', but must be a whole number from 1 to 36,500.")]
    [InlineData("maxHours", "-1", "--max-hours is '-1', but must be a number of hours from 0 to 1,000,000, for example 2.5.")]
    [InlineData("maxHours", "NaN", "--max-hours is 'NaN', but must be a number of hours from 0 to 1,000,000, for example 2.5.")]
    [InlineData("telemetry", "jaeger", "--telemetry is 'jaeger', but must be none, console or otlp.")]
    [InlineData("profiles", "/no/such", "--profiles is '/no/such', but that folder does not exist.")]
    public void A_value_that_cannot_be_used_is_named_with_what_is_allowed(string name, string value, string message) =>
        Assert.Equal(message, Assert.Throws<InputException>(() => Read(options: new() { [name] = value })).Message);

    [Fact]
    public void Addresses_of_notices_need_a_secret_and_neither_is_repeated_in_a_refusal()
    {
        const string Secret = "whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0";
        var settings = Read(options: new() { ["notices"] = "https://a.example team=https://b.example/t", ["noticeSecret"] = Secret });
        Assert.Equal(["default", "team"], settings.Notices.Addresses.Select(static address => address.Name));
        Assert.Single(settings.Notices.Secrets);
        Assert.StartsWith("--notices needs a secret", Assert.Throws<InputException>(() => Read(options: new() { ["notices"] = "https://a.example" })).Message, StringComparison.Ordinal);
        var plain = Assert.Throws<InputException>(() => Read(variables: new() { ["MEDQA_NOTICES"] = "http://a.example/token", ["MEDQA_NOTICESECRET"] = Secret })).Message;
        Assert.StartsWith("MEDQA_NOTICES has an address for the name 'default' that cannot be used.", plain, StringComparison.Ordinal);
        Assert.DoesNotContain("token", plain, StringComparison.Ordinal);
        Assert.DoesNotContain("short", Assert.Throws<InputException>(() => Read(options: new() { ["noticeSecret"] = "whsec_short" })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_for_other_machines_is_refused_because_there_is_no_sign_in() =>
        Assert.Contains("listens on this machine only", Assert.Throws<InputException>(() => Read(options: new() { ["urls"] = "http://0.0.0.0:5080" })).Message, StringComparison.Ordinal);

    [Fact]
    public void A_fault_in_a_variable_or_in_the_file_is_named_there()
    {
        Assert.StartsWith("MEDQA_THREADS is 'x'", Assert.Throws<InputException>(() => Read(variables: new() { ["MEDQA_THREADS"] = "x" })).Message, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(_folder, "medqa.json"), """{ "threads": 0 }""");
        Assert.StartsWith("\"threads\" in medqa.json is '0'", Assert.Throws<InputException>(() => Read()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "thread": 1 }""", "\"thread\" in medqa.json is an unknown setting. Settings: data, model,")]
    [InlineData("""{ "threads": null }""", "\"threads\" in medqa.json must be a string or a number, not null.")]
    [InlineData("[]", "medqa.json must be a JSON object.")]
    [InlineData("""{ "threads": 1, "log": "none", "threads": 2 }""", "\"threads\" in medqa.json appears twice.")]
    [InlineData("{\n\"threads\": }", "medqa.json is not JSON (line 2).")]
    public void A_file_that_cannot_be_read_says_why(string content, string message)
    {
        File.WriteAllText(Path.Combine(_folder, "medqa.json"), content);
        Assert.StartsWith(message, Assert.Throws<InputException>(() => Read()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_setting_has_one_option_and_one_variable()
    {
        Assert.Equal(Setting.All.Length, Setting.All.Select(static setting => setting.Option).Distinct().Count());
        Assert.All(Setting.All, static setting => Assert.Equal($"MEDQA_{setting.Name.ToUpperInvariant()}", setting.Variable));
    }

    [Fact]
    public void A_file_in_the_current_folder_cannot_name_a_program_a_destination_or_a_secret()
    {
        string[] personal = ["endpoint", "key", "token", "storage", "cache", "node", "npm", "keep", "keepUploads", "maxCost", "notices", "noticeSecret", "telemetry"];
        Assert.Equal(personal.Order(), Setting.All.Where(static setting => setting.IsPersonal).Select(static setting => setting.Name).Order());
        Assert.All(personal, name =>
        {
            File.WriteAllText(Path.Combine(_folder, "medqa.json"), $$"""{ "{{name}}": "./evil.sh" }""");
            var message = Assert.Throws<InputException>(() => Read(options: new() { [name] = "https://medqa.example.com" })).Message;
            Assert.StartsWith($"\"{name}\" in medqa.json cannot be set by a file in the current folder", message, StringComparison.Ordinal);
            var option = Setting.All.Single(setting => setting.Name == name).Option;
            Assert.Contains($"{option}, MEDQA_{name.ToUpperInvariant()} or {Path.Combine(Personal, "medqa.json")}", message, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("runs", true)]
    [InlineData("./runs/../other", true)]
    [InlineData("..", false)]
    [InlineData("runs/../../other", false)]
    [InlineData("/", false)]
    [InlineData("/home", false)]
    public void A_file_in_the_current_folder_names_data_folders_within_it_only(string data, bool isTaken)
    {
        File.WriteAllText(Path.Combine(_folder, "medqa.json"), $$"""{ "data": "{{data}}" }""");
        if (isTaken)
        {
            Assert.Equal(Path.GetFullPath(data), Read().DataFolder);
        }
        else
        {
            Assert.StartsWith($"\"data\" in medqa.json is '{data}', which is outside the folder", Assert.Throws<InputException>(() => Read()).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_link_does_not_lead_a_data_folder_out_of_the_current_one()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows lets few users make links.");
        Directory.CreateSymbolicLink(Path.Combine(_folder, "link"), Path.GetTempPath());
        foreach (var data in (string[])["link", "link/runs"])
        {
            File.WriteAllText(Path.Combine(_folder, "medqa.json"), $$"""{ "data": "{{data}}" }""");
            Assert.Contains("is outside the folder", Assert.Throws<InputException>(() => Read()).Message, StringComparison.Ordinal);
        }

        File.Delete(Path.Combine(_folder, "medqa.json"));
        Directory.CreateSymbolicLink(Path.Combine(_folder, ".medqa"), Path.GetTempPath());
        Assert.StartsWith(".medqa is a link that leads out of this folder", Assert.Throws<InputException>(() => Read()).Message, StringComparison.Ordinal);
        Assert.Equal(Path.GetTempPath(), Read(options: new() { ["data"] = Path.GetTempPath() }).DataFolder);
    }

    [Fact]
    public void An_account_without_a_home_folder_has_what_it_runs_in_its_data_folder_and_nowhere_that_others_may_write()
    {
        var options = new AzuriteOptions { DataFolder = "/srv/medqa" };
        Assert.Equal(AzuriteOptions.DefaultCacheFolder ?? Path.Combine("/srv/medqa", "cache"), options.CacheFolder);
        Assert.DoesNotContain(Path.TrimEndingDirectorySeparator(Path.GetTempPath()), AzuriteOptions.DefaultCacheFolder ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void The_file_of_the_person_gives_everything_and_what_is_nearer_overrides_it()
    {
        WritePersonal("""{ "node": "/opt/node", "threads": 1, "endpoint": "https://medqa.example.com", "key": "secret" }""");
        File.WriteAllText(Path.Combine(_folder, "medqa.json"), """{ "threads": 2 }""");
        var settings = Read();
        Assert.Equal(("/opt/node", 2, "secret"), (settings.Node, settings.Threads, settings.Key));
        Assert.Equal("medqa.example.com", settings.Endpoint!.Host);

        WritePersonal("""{ "log": "loud" }""");
        Assert.Contains(Personal, Assert.Throws<InputException>(() => Read()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_of_the_persons_file_is_sent_to_no_other_service_than_that_files()
    {
        WritePersonal("""{ "endpoint": "https://medqa.example.com", "key": "secret", "token": "token" }""");
        var option = Read(options: new() { ["endpoint"] = "https://other.example.com" });
        Assert.Equal(("other.example.com", null, null), (option.Endpoint!.Host, option.Key, option.Token));
        var variable = Read(variables: new() { ["MEDQA_ENDPOINT"] = "https://other.example.com", ["MEDQA_KEY"] = "own" });
        Assert.Equal(("other.example.com", "own", null), (variable.Endpoint!.Host, variable.Key, variable.Token));
    }

    private string Personal => Path.Combine(_folder, "person");

    private void WritePersonal(string content)
    {
        Directory.CreateDirectory(Personal);
        File.WriteAllText(Path.Combine(Personal, "medqa.json"), content);
    }

    private HostSettings Read(Dictionary<string, string>? options = null, Dictionary<string, string>? variables = null) =>
        HostSettings.Read(options ?? [], name => variables?.GetValueOrDefault(name), _folder, Personal);
}
