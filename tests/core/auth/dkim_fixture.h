// Keys and a message for the tests of DKIM, ARC and the autopsy. The keys are for tests alone; the Ed25519
// one is that of RFC 8463 appendix A.
#pragma once

#include "auth/dkim_check.h"
#include "auth/dkim_sign.h"
#include "support/zone_resolver.h"

#include <memory>
#include <string>
#include <string_view>

namespace waypost::test {

inline const char* const ed25519Pem = "-----BEGIN PRIVATE KEY-----\n"
                                      "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
                                      "-----END PRIVATE KEY-----\n";
inline const char* const ed25519Record = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

inline const char* const rsaPem = R"(-----BEGIN PRIVATE KEY-----
MIICdgIBADANBgkqhkiG9w0BAQEFAASCAmAwggJcAgEAAoGBAPfL9dQTlO6dlCSa
WCZ++qV7IpnUDzW+emy26n0XDZZWTX73G/tymfJNogay+7E/hEtjTej4gpNKlSIG
Z9ZqUkbrqy4kTEmEF1QJ0Eo4qdAoRNDpkNMnD/bi+iv559pTGc1vFjTzDA7MCG79
hUFx/HsB9liYHmaYMMbVtQzbN6QhAgMBAAECgYBz+ajPnm6ZE3VvgDF7qviClNQH
7SFFRSYlVaL/8tcwIqpYny0gjW2R41XPDtwQBCtV4V9oh08Nwt1ztE3LI63nicTs
ZwiSix340/WV0xNHCiQ/PMQWCfZiewyBu3dPikc+BzROdOPPJQHHJ6Te8588rA+R
45bQgn7GgC/FMf/wAQJBAP6NrJ9sjKiQSChlmW/iF76lbTgAWDLuCUCwIwCca+bz
dQ7XI+kny43VF+KQLKa9UjSaK5vV8sP4LZyH3mDUEYECQQD5NHTO67nsG1+xUrSm
wJM8TQbkqBFojp/LaRnf+ONpyAPXyOe/s3AL38tfD7NIRQ7AY2D6+aOu1iXfR0KL
RaKhAkBr2qthgSS35yors6CnfyyAYqc8KykzqxfQiNDL2Xr+h/j5KL7Wcz4UAk30
eRHyNBU4pHoFtUj/L5Bj2k2myTQBAkBFuA5B4aMXUiU4d9oAmPnYMfiOuhJ8vQIp
p1LM3VXKP2IL2bI0aKAdQlQkWUEgI+nXmzYDoRnRDSp1R/tu+WFhAkEAz6DPsN0z
B2aFQeDQUVkAtxqaT1NsTFYcfps/+eJMqQX+MlsYQ+TxSDU5iFl0F0bqFdy/J/4c
uLuRIzYGdUZIqQ==
-----END PRIVATE KEY-----)";
inline const char* const rsaRecord = "v=DKIM1; k=rsa; p="
                                     "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQD3y/"
                                     "XUE5TunZQkmlgmfvqleyKZ1A81vnpstup9Fw2WVk1+9xv7cpnyTaIGsvuxP4RLY03o+"
                                     "IKTSpUiBmfWalJG66suJExJhBdUCdBKOKnQKETQ6ZDTJw/"
                                     "24vor+efaUxnNbxY08wwOzAhu/YVBcfx7AfZYmB5mmDDG1bUM2zekIQIDAQAB";

inline const char* const rsa2048Pem = R"(-----BEGIN PRIVATE KEY-----
MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCqhu5vAp57bI+y
ImoKOl+iw/1PM3cpf15EbGglC0qyyd9poXs6luFfLdKNUDL73eIW/H3WPXEeMvx9
324TLzfTPKsn+tdNt1vhvq/SYflZsO6WazimebMJ6e9nYERfmss5E7mIkByUVdgl
Sv4eaqH/Qpt2LLB3lGgJSNfNGMK5xDIwM3EA8wbF729lc9QS+5uafENnIlLS25g0
KEzITJxCEmZLJHtusjeNjJe65i9cQTZHvW3DVbBCkZLdlBl6ESy9lJWDwiKU5c4n
laYHrQRni/0q/bxoUhb2nSYo/s6tTyfzd9J/Ntg6hcDD4aa7FGufGwIoODOgR+y0
a6rIisLFAgMBAAECggEAJsmNstDe8PZ6wdsrkPuBlNFtDOaJKHZ43+njj2d/3GZo
C4wILkWy6hYPYga3rgvkWPOiAMjVcbfJsCzRygnPshvG149qCRqXiuO3dMxFrgW9
Yxfs2Qrt8yeThYlDTBa2ulsW9K3I3mGfSi5CWnNJOTkyiMD1+6EVP+Vidpt28U9E
qdW3EXgKLQ30iB76vs8VDG3JKOdpel2GmAVuLQBnlRRdJ4cASxcUlVtu6mXM+j68
OFmWrZ3EVdQx5y04QkjBojp17MuN5S0MQqS+iR2Z26c1fNNSOWLuYNcY4gkEcdjN
TQyc7d4P6iKp90qNxto6ezhzXPg0lX9Trl4Ya//DwQKBgQDb35gG9lgCaHfWAAOE
Cx3gWQh0Z66DQ5xrNw7Sftsw1DBmjEP0k9+n1QZpPEEmL06fIyEZRnoTWmxW8kN+
YJ76nnmAAs9L9q5BNhNBNNbytFMO26d+R4fDZmkeRujpABgHrFgl1jTrYbgbpqvw
vjQVjQd4TWQwAIGj3fcq5J1TQQKBgQDGi7Ymj0BRQNLuKJ+FN1c7S9hbhCRC3aOd
f+RV3hT8jJx9ZZkrgxTSdTMham6fvRA5R7mbH3CM4Mk+seXPSPtbaTY5VgG8wVQ8
TntfAiwjdi2kKKPNI/pGPZqQsWelt23l8B20RLKa2Dw3+TN6KD03nmOBT/ijzkgf
BF9ARigChQKBgQCVxmsGGxr6kPVI1nuOoA/6+kszGEmdaxoLQtca9oUTbweFY3kL
CwwohIk4eG4ct88DwmdSk1qnAkqYs7DcTq8dI4S6ea+CHIi5LT/ShE8Dx2hoz6H5
+Hn31jQ3BrCzv3efCnyFUbR8vvUuCMxJUxehso7rGTTtKfsliBdNpauxwQKBgGyq
eMY/7ybJgOiiSTSjJlYo28Cy4RnLrsn7/l/Uzc2vs9KZ8awz8QiC5roqQ2OgGaoQ
DJDPM02Xle1/dlTuD8xnGCtnXEoP0eez2KgWS0wZWT+YkpYrU8Zv3xHEVwMHEtof
glJwqwQ+xy6ncLoyHdc8FB/pQh99PlHjlbJa83j1AoGAMyAATxUamG/wIivTEEcz
E7ZYLRKj8iVTrKKa41yRGVukNdRWy6EXDYELEQfU0/F6aMdYzYxSeQ0IArQL4YRH
6ii9JrQJMrqR8+ni0KDV153BlUhHrDyRtfoOLHfEQxkAOURGXJWB9o59/RB9TlRk
xyA6l8DAcpDc5mxvB5LYrs8=
-----END PRIVATE KEY-----)";
inline const char* const rsa2048Record =
    "v=DKIM1; k=rsa; p="
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAqobubwKee2yPsiJqCjpfosP9TzN3KX9eRGxoJQtKssnfaaF7OpbhXy3SjVAy"
    "+93iFvx91j1xHjL8fd9uEy830zyrJ/rXTbdb4b6v0mH5WbDulms4pnmzCenvZ2BEX5rLORO5iJAclFXYJUr+Hmqh/"
    "0Kbdiywd5RoCUjXzRjCucQyMDNxAPMGxe9vZXPUEvubmnxDZyJS0tuYNChMyEycQhJmSyR7brI3jYyXuuYvXEE2R71tw1WwQpGS3ZQZe"
    "hEsvZSVg8IilOXOJ5WmB60EZ4v9Kv28aFIW9p0mKP7OrU8n83fSfzbYOoXAw+GmuxRrnxsCKDgzoEfstGuqyIrCxQIDAQAB";

inline const char* const rsa512Pem = R"(-----BEGIN PRIVATE KEY-----
MIIBVAIBADANBgkqhkiG9w0BAQEFAASCAT4wggE6AgEAAkEAworF6ARtuGl/mhR3
FFZsCINB6jXt0E8S6RCHVMqxBWwT6VF6c6ZRTEaWIH1g4cBu8I8UGPEFs7tPLCfk
vjFRMwIDAQABAkBQoOdpQ/ydg8wI9hZsbW0VEiGNipBn134E7n7IW8GGdwy5GLfo
Mjstl5uR8E/yzKuTadNIpjEebGtCunKgcd3xAiEA+DV7JtjTfBdbYJQ+pSxNQ960
J2Aln2NzzCR2urGn3JcCIQDIpgtcUtp95VPG+pMMu98xelh6IQoKOeiuX7lBxcUX
xQIhAIBNfPRuvpt1o2mAGAXfqaz8sNltzOTgTtpmuuz0qpXPAiAopuuaUvcNls74
e4AbjlzUC3OtmtAL7lukKKTCHK2n+QIgVqMEAWmwGl+99WCo+P/YwksNJ/8LfVBd
E+v+yvw7DpU=
-----END PRIVATE KEY-----)";
inline const char* const rsa512Record = "v=DKIM1; k=rsa; p="
                                        "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAMKKxegEbbhpf5oUdxRWbAiDQeo17dBPEukQ"
                                        "h1TKsQVsE+lRenOmUUxGliB9YOHAbvCPFBjxBbO7Tywn5L4xUTMCAwEAAQ==";

inline std::shared_ptr<const auth::DkimPrivateKey> privateKey(std::string_view pem) {
    auto key = auth::DkimPrivateKey::fromPem(Secret(std::string(pem)));
    return key ? *key : nullptr;
}

inline std::shared_ptr<const mail::HeaderBlock> parsed(std::string_view message) {
    return std::make_shared<const mail::HeaderBlock>(mail::HeaderBlock::parse(message));
}

inline const UtcTime signedAt{1'700'000'000'000};

// Signed for example.org by "rsa" and "ed" as asked.
inline std::string signedMessage(std::string_view message, auth::DkimSignOptions options = {},
                                 bool rsa = true, bool ed = false) {
    std::vector<auth::DkimSigningKey> keys;
    if (rsa) keys.push_back({"example.org", "rsa", privateKey(rsaPem)});
    if (ed) keys.push_back({"example.org", "ed", privateKey(ed25519Pem)});
    if (!options.now) options.now = signedAt;
    auto out = auth::dkimSign(parsed(message), keys, options);
    return out ? *out : std::string();
}

inline ZoneResolver keyZone() {
    ZoneResolver zone;
    zone.add(std::string("rsa._domainkey.example.org TXT \"") + std::string(rsaRecord).substr(0, 200) +
             "\" \"" + std::string(rsaRecord).substr(200) + "\"");
    zone.add(std::string("ed._domainkey.example.org TXT \"") + ed25519Record + "\"");
    return zone;
}

inline auth::DkimCheck verified(std::string_view message, ZoneResolver zone = keyZone(),
                                UtcTime now = UtcTime{1'700'000'100'000}) {
    auth::DkimVerifyOptions options;
    options.now = now;
    auto check = runReady(auth::verifyDkim(zone, parsed(message), options));
    return check ? std::move(*check) : auth::DkimCheck{};
}

inline const std::string plainMessage = "From: Anna <anna@example.org>\r\n"
                                        "To: Ben <ben@example.net>\r\n"
                                        "Subject: Lunch on\r\n Tuesday\r\n"
                                        "Date: Tue, 14 Nov 2023 22:13:20 +0000\r\n"
                                        "Message-ID: <1@example.org>\r\n"
                                        "\r\n"
                                        "Hello Ben,\r\n"
                                        "\r\n"
                                        "let us  meet at noon.\r\n"
                                        "-- \r\n"
                                        "Anna\r\n";

} // namespace waypost::test
